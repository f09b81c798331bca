#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <sys/types.h>

#include <caf/expected.hpp>

#include "imaging/codec_sandbox.hpp"
#include "imaging/codec_wire.hpp"
#include "imaging/compressor.hpp"
#include "imaging/shared_memory.hpp"

namespace pixmill::imaging {

/// How a conversation with a codec process went.
enum class codec_answer : std::uint8_t {
  replied, ///< The result is there, or the reason why the image has none.
  died,    ///< The process is gone; `end` says how.
  babbled, ///< It sent what no honest process sends.
  late,    ///< The deadline passed.
};

/// One codec process, seen from the pool. Used by the thread that started it,
/// because it dies with that thread.
class codec_child {
public:
  codec_child() = default;
  /// Ends it.
  ~codec_child();
  codec_child(codec_child&& other) noexcept;
  codec_child& operator=(codec_child&& other) noexcept;

  /// Starts `program --codec 3` with an empty environment.
  /// @retval errc::decoder_crash The system refused.
  static caf::expected<codec_child> start(const std::string& program);

  pid_t pid() const noexcept {
    return pid_;
  }

  std::uint32_t images() const noexcept {
    return images_;
  }

  /// Returns what the kernel refused to take away from it; known after `ask`.
  sandbox_gaps gaps() const noexcept {
    return gaps_;
  }

  /// Has `source` compressed as `request` says; fills in what only the child's
  /// owner knows. Blocks.
  codec_answer ask(codec_request request, const std::string& source,
                   std::chrono::milliseconds timeout,
                   caf::expected<compressed_image>& result);

  /// Kills and reaps it.
  /// @returns What it died of, its own death if that came first.
  std::string end();

private:
  caf::error provide_memory(std::size_t source_bytes, bool& is_new);
  void limit_processor(std::chrono::milliseconds timeout) const;
  bool plausible(const codec_request& request, const codec_reply& reply) const;
  caf::expected<compressed_image> read_reply(const codec_reply& reply,
                                             std::size_t source_bytes) const;

  pid_t pid_ = -1;
  int socket_ = -1;
  shared_memory memory_;
  std::uint32_t images_ = 0;
  sandbox_gaps gaps_ = 0;
};

} // namespace pixmill::imaging
