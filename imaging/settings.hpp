#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace pixmill::imaging {

/// How much time a JPEG may take to hit a number of bytes.
enum class compress_effort : std::uint8_t {
  fast, ///< Half the time.
  best, ///< Fewer errors in the same number of bytes.
};

/// Section `[imaging]`: how images are decoded and encoded.
struct imaging_settings {
  compress_effort mode = compress_effort::best;
  /// Codec processes; 0: one for each core.
  std::uint32_t processes = 0;
  /// Largest picture, width x height, over all frames.
  std::uint64_t max_pixels = 100'000'000;
  /// Longest width or height, pixels.
  std::uint32_t max_side = 20'000;
  /// Most frames of an animation.
  std::uint32_t max_frames = 500;
  /// One image in a codec process; then the process is killed.
  std::chrono::milliseconds timeout{30'000};
  /// Address space of one codec process, bytes.
  std::uint64_t memory_limit = 2ull << 30;
  /// Images after which a codec process is replaced.
  std::uint32_t recycle_after = 5'000;
  /// Niceness of codec processes and of the sessions that they lead, 0 to 19.
  std::uint32_t nice = 5;
  /// Formats that this node leaves to others when a job asks for one of them.
  std::vector<std::string> leave_formats{};
};

/// Returns the formats that a node writes when a job asks for them by name.
std::vector<std::string> offered_formats(const imaging_settings& settings);

} // namespace pixmill::imaging
