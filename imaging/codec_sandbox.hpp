#pragma once

#include <cstdint>
#include <string>

namespace pixmill::imaging {

/// What the kernel refused to take away from a codec process; one bit each.
enum class sandbox_gap : std::uint8_t {
  privileges = 1,   ///< A program it starts might gain some.
  system_calls = 2, ///< It can open files, sockets, and other programs.
  memory = 4,       ///< Its address space has no limit.
};

using sandbox_gaps = std::uint8_t; ///< `sandbox_gap`s; 0: none.

/// Returns what `gaps` mean, for one line of a log; empty for none.
std::string describe_gaps(sandbox_gaps gaps);

/// Takes from the calling process, for good, gaining privileges, leaving a
/// core, more than a few descriptors, and more address space than
/// `memory_limit`.
/// @param memory_limit Bytes; 0: none.
sandbox_gaps limit_resources(std::uint64_t memory_limit);

/// Takes from it all system calls but those on memory, on descriptors that are
/// open, on clocks and on threads of its own: what decoding and encoding need.
///
/// A call to open a file fails as if it were forbidden by the file system; one
/// that only an intruder makes (another program, a socket, another process)
/// ends the process. Works for any user, after `limit_resources`.
sandbox_gaps filter_system_calls();

} // namespace pixmill::imaging
