#pragma once

#include <cstdint>
#include <span>

#include <caf/expected.hpp>

#include "imaging/compressor.hpp"

namespace pixmill::imaging {

/// Does the work of a codec process; `compress` outside of tests.
using compress_function = caf::expected<compressed_image> (*)(
  std::span<const std::uint8_t> source, const compress_goal& goal,
  const decode_limits& limits, compress_effort effort);

/// Confines the calling process, then compresses what the pool sends until the
/// pool closes its end or dies.
///
/// The process dies with the thread that started it, leaves no core, has few
/// descriptors, the niceness and the address space that the pool says, and
/// keeps freed memory for the next image.
///
/// @param descriptor The inherited end of the socket pair.
/// @returns The process's exit code: 0, or 1 if the pool speaks another
///          version or nonsense.
int serve_codec(int descriptor, compress_function compress);

} // namespace pixmill::imaging
