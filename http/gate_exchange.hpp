#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/request_framing.hpp"
#include "http/settings.hpp"
#include "http/spool.hpp"

namespace pixmill::http {

/// What kind of worker a request is for.
enum class lane : std::uint8_t {
  urgent,   ///< Answered at once, whatever else runs: health.
  ordinary, ///< Waits for a worker.
  stream,   ///< Holds its worker for long: events, long polls.
};

/// One whole request and its answer, for the worker that has it. The socket
/// does not block; the exchange does, for as long as the settings allow.
class exchange {
public:
  exchange(int socket, const request_head& head, std::unique_ptr<spool> body,
           lane where, bool keep_alive, const gate_settings& settings,
           byte_budget& memory);

  /// Reads on in the request as the HTTP library shall see it: the rewritten
  /// head, then the body.
  /// @returns How many bytes; 0 at the end, -1 when the body is unreadable.
  std::ptrdiff_t read(char* to, std::size_t length);

  /// Writes on in the answer. What the client does not take at once is kept,
  /// up to `write_buffer` bytes; beyond that, the call waits.
  /// @returns False when the client is gone or reads too slowly; for good.
  bool write(std::string_view bytes);

  /// False when nobody waits for the answer any more.
  bool client_waits() const;

  /// Sends what was kept, as far as that goes without waiting.
  /// @returns False when the client is gone.
  bool flush();

  /// The part of the answer that was not sent yet, bytes.
  std::size_t kept_bytes() const noexcept {
    return kept_.size() - kept_sent_;
  }

  /// Whether the connection may serve another request after this one.
  bool keep_alive() const noexcept {
    return keep_alive_ && !failed_;
  }
  void close_after() noexcept {
    keep_alive_ = false;
  }
  /// Gives the answer up: the client sees the connection break.
  void fail() noexcept {
    failed_ = true;
  }
  bool failed() const noexcept {
    return failed_;
  }

  lane where() const noexcept {
    return where_;
  }
  int socket() const noexcept {
    return socket_;
  }

private:
  bool keep(std::string_view bytes);
  bool send_some(std::string_view& bytes);
  bool wait_for_client();

  const int socket_;
  const lane where_;
  const gate_settings& settings_;
  std::string head_;
  std::size_t head_read_ = 0;
  std::unique_ptr<spool> body_;
  std::string kept_;
  std::size_t kept_sent_ = 0;
  budget_share memory_;
  bool keep_alive_;
  bool failed_ = false;
  std::chrono::steady_clock::duration waited_{0};
  /// Bytes that the client took after it made the worker wait.
  std::uint64_t earned_bytes_ = 0;
};

} // namespace pixmill::http
