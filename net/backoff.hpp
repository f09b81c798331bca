#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "net/settings.hpp"

namespace pixmill::net {

/// Returns how long to wait before one more attempt at a transfer: uniform in
/// [0, min(longest_pause, first_pause * 2^(attempt - 2))].
///
/// What the origin asked for counts more than that: no pause is shorter than
/// `retry_after`.
///
/// @param attempt     The attempt that is to follow; 2 is the first retry.
/// @param retry_after From the answer; `longest_retry_after` caps it.
/// @param random      Uniform over all 64 bits; the only source of chance.
/// @note Pure, thread-safe.
/// @see "Exponential Backoff And Jitter", AWS Architecture Blog, 2015: the
///      variant called full jitter.
std::chrono::milliseconds
pause_before(std::uint32_t attempt, const fetch_settings& settings,
             std::optional<std::chrono::milliseconds> retry_after,
             std::uint64_t random);

} // namespace pixmill::net
