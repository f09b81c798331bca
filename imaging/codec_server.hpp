#pragma once

#include <cstdint>
#include <span>

#include <caf/expected.hpp>

#include "imaging/codec_sandbox.hpp"
#include "imaging/compressor.hpp"

namespace pixmill::imaging {

/// Does the work of a codec process; `compress` outside of tests.
using compress_function = caf::expected<compressed_image> (*)(
  std::span<const std::uint8_t> source, const compress_goal& goal,
  const decode_limits& limits, compress_effort effort);

/// Opens what the work will need, then takes from the process all else.
/// @param memory_limit Address space, bytes; 0: none.
using confine_function = sandbox_gaps (*)(std::uint64_t memory_limit);

/// Confines the calling process, then compresses what the pool sends until the
/// pool closes its end or dies.
///
/// The process dies with the thread that started it, has the niceness that the
/// pool says, keeps freed memory for the next image, and enters the sandbox
/// before it looks at the first one.
///
/// @param descriptor The inherited end of the socket pair.
/// @returns The process's exit code: 0, or 1 if the pool speaks another
///          version or nonsense.
/// @param confine    Is called once.
int serve_codec(int descriptor, compress_function compress,
                confine_function confine);

} // namespace pixmill::imaging
