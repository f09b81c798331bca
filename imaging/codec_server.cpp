#include "imaging/codec_server.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <new>
#include <utility>

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "imaging/codec_sandbox.hpp"
#include "imaging/codec_wire.hpp"
#include "imaging/session_niceness.hpp"
#include "imaging/shared_memory.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {
namespace {

// glibc's largest: above it, each buffer costs page faults every time.
constexpr int map_from_bytes = 32 << 20;

// What a process keeps between images: enough for usual ones, because fresh
// pages cost more than they are worth, and not what the largest one took. What
// is free at the heap's end above the first goes down to the second; all that
// is free goes where it is too much, or when nothing has come for a while.
constexpr int kept_free_bytes = 32 << 20;
constexpr int left_free_bytes = 16 << 20;
constexpr std::size_t most_idle_bytes = 40 << 20;
constexpr timeval idle_time{.tv_sec = 5, .tv_usec = 0};

void prepare(const codec_request& first, session_niceness& session) {
  const auto niceness =
    static_cast<int>(std::min<std::uint32_t>(first.nice, 19));
  ::setpriority(PRIO_PROCESS, 0, niceness);
  session.prepare(niceness);
  // NOLINTBEGIN(concurrency-mt-unsafe): this process has one thread.
  ::mallopt(M_MMAP_THRESHOLD, map_from_bytes);
  ::mallopt(M_TRIM_THRESHOLD, kept_free_bytes);
  ::mallopt(M_TOP_PAD, left_free_bytes);
  // NOLINTEND(concurrency-mt-unsafe)
}

bool valid(const codec_request& request, std::size_t memory_bytes) noexcept {
  return request.version == wire_version && request.source_bytes <= memory_bytes
         && request.target <= static_cast<std::uint8_t>(target_kind::scale)
         && request.format
              <= static_cast<std::uint8_t>(format_choice::automatic)
         && request.effort <= static_cast<std::uint8_t>(compress_effort::best);
}

caf::expected<compressed_image> work(std::span<const std::uint8_t> source,
                                     const codec_request& request,
                                     compress_function compress) {
  // Any other exception is a bug and ends the process: the pool tries again in
  // a fresh one. The lack of memory would only come back.
  try {
    return compress(source,
                    {.target = static_cast<target_kind>(request.target),
                     .value = request.goal_value,
                     .floor_ssim_ppm = request.floor_ssim_ppm,
                     .format = static_cast<format_choice>(request.format),
                     .max_edge = request.max_edge},
                    {.max_pixels = request.max_pixels,
                     .max_side = request.max_side,
                     .max_frames = request.max_frames},
                    static_cast<compress_effort>(request.effort));
  } catch (const std::bad_alloc&) {
    return make_error(errc::decode, "out of memory");
  }
}

void give_back_memory() {
  if (::mallinfo2().fordblks > most_idle_bytes)
    ::malloc_trim(left_free_bytes);
}

/// Waits for one packet. A process without work gives its memory back.
received next_packet(int descriptor, codec_request& request) {
  for (bool trimmed = false;; trimmed = true) {
    const auto got = receive_packet(descriptor, &request, sizeof(request));
    if (!got.timed_out)
      return got;
    if (!trimmed)
      ::malloc_trim(0);
  }
}

// No output may outweigh its source.
std::span<std::uint8_t> output_room(std::span<std::uint8_t> memory,
                                    std::size_t source_bytes) {
  const auto rest =
    memory.subspan(std::min(output_at(source_bytes), memory.size()));
  return rest.first(std::min(source_bytes, rest.size()));
}

void describe(const caf::error& reason, codec_reply& reply) {
  reply.failure = static_cast<std::uint8_t>(code_of(reason, errc::decode));
  const auto text = context_of(reason);
  std::copy_n(text.begin(), std::min(text.size(), reply.detail.size() - 1),
              reply.detail.begin());
}

void describe(const compressed_image& image, std::span<std::uint8_t> room,
              codec_reply& reply) {
  if (image.bytes.size() > room.size())
    return describe(make_error(errc::encode, "larger than its source"), reply);
  std::memcpy(room.data(), image.bytes.data(), image.bytes.size());
  reply.output_bytes = image.bytes.size();
  reply.format = static_cast<std::uint8_t>(image.format);
  reply.why_format = static_cast<std::uint8_t>(image.why_format);
  reply.width = image.width;
  reply.height = image.height;
  reply.quality = image.quality;
  reply.luma_ppm = image.likeness.luma_ppm;
  reply.luma_worst_ppm = image.likeness.luma_worst_ppm;
  reply.chroma_ppm = image.likeness.chroma_ppm;
  reply.chroma_worst_ppm = image.likeness.chroma_worst_ppm;
  reply.kept_original = image.kept_original ? 1 : 0;
  reply.target_missed = image.target_missed ? 1 : 0;
}

} // namespace

int serve_codec(int descriptor, compress_function compress,
                confine_function confine) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &idle_time,
               sizeof(idle_time));
  shared_memory memory;
  bool confined = false;
  sandbox_gaps gaps = 0;
  session_niceness session;
  for (;;) {
    codec_request request;
    const auto got = next_packet(descriptor, request);
    if (got.size == 0)
      return 0; // The pool says goodbye by closing its end.
    if (got.descriptor >= 0) {
      auto adopted = shared_memory::adopt(got.descriptor);
      if (!adopted)
        return 1;
      memory = std::move(*adopted);
    }
    const auto bytes = memory.bytes();
    if (got.size != sizeof(request) || !valid(request, bytes.size()))
      return 1;
    if (!std::exchange(confined, true)) {
      prepare(request, session);
      gaps = confine(request.memory_limit);
    }
    session.apply();
    const auto result =
      work(bytes.first(request.source_bytes), request, compress);
    codec_reply reply;
    reply.sequence = request.sequence;
    reply.gaps = gaps;
    if (result)
      describe(*result, output_room(bytes, request.source_bytes), reply);
    else
      describe(result.error(), reply);
    if (!send_packet(descriptor, &reply, sizeof(reply)))
      return 0;
    give_back_memory();
  }
}

} // namespace pixmill::imaging
