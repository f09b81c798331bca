#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

/// What a pool and its codec processes say to each other: fixed structures in
/// single packets, with the bytes of images beside them in shared memory.
namespace pixmill::imaging {

/// Changes with every change below; both ends are one binary, but a test or an
/// upgrade may mix them.
constexpr std::uint32_t wire_version = 0x50584d04;

/// From the pool: compress what lies at the start of the shared memory. The
/// first packet, and any that changes the memory, carries its descriptor.
struct codec_request {
  std::uint32_t version = wire_version;
  std::uint32_t nice = 0;
  std::uint64_t sequence = 0;
  std::uint64_t memory_limit = 0; ///< Address space, bytes; 0: none.
  std::uint64_t source_bytes = 0;
  std::uint64_t goal_value = 0;
  std::uint32_t floor_ssim_ppm = 0;
  std::uint32_t max_edge = 0;
  std::uint64_t max_pixels = 0;
  std::uint32_t max_side = 0;
  std::uint32_t max_frames = 0;
  std::uint8_t target = 0;
  std::uint8_t format = 0;
  std::uint8_t effort = 0;
  std::array<std::uint8_t, 5> unused{};
};

/// From the process: what came out, its bytes at `output_at` of the memory.
/// Whoever reads it trusts nothing in it.
struct codec_reply {
  std::uint32_t version = wire_version;
  std::uint32_t width = 0;
  std::uint64_t sequence = 0;
  std::uint64_t output_bytes = 0;
  std::uint32_t height = 0;
  std::uint32_t luma_ppm = 0;
  std::uint32_t luma_worst_ppm = 0;
  std::uint32_t chroma_ppm = 0;
  std::uint32_t chroma_worst_ppm = 0;
  std::uint16_t quality = 0;
  std::uint8_t failure = 0; ///< An `errc`.
  std::uint8_t format = 0;
  std::uint8_t kept_original = 0;
  std::uint8_t target_missed = 0;
  std::uint8_t gaps = 0;          ///< `sandbox_gaps` of the process.
  std::uint8_t why_format = 0;    ///< A `format_reason`.
  std::array<char, 192> detail{}; ///< Of the failure; ends at its first zero.
};

static_assert(std::is_trivially_copyable_v<codec_request>);
static_assert(std::is_trivially_copyable_v<codec_reply>);

/// Returns where the output starts: behind the source, on its own cache line.
constexpr std::size_t output_at(std::size_t source_bytes) noexcept {
  return (source_bytes + 63) / 64 * 64;
}

/// Sends `size` bytes as one packet, with `descriptor` unless it is -1.
/// @returns Whether all went out.
bool send_packet(int socket, const void* data, std::size_t size,
                 int descriptor = -1);

/// What a packet brought besides its bytes.
struct received {
  std::size_t size = 0;   ///< 0: the other end is gone.
  int descriptor = -1;    ///< Owned by the receiver.
  bool timed_out = false; ///< Nothing came within the socket's SO_RCVTIMEO.
};

/// Waits for one packet of at most `size` bytes.
received receive_packet(int socket, void* data, std::size_t size);

} // namespace pixmill::imaging
