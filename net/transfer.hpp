#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/failure.hpp"
#include "net/address_guard.hpp"
#include "net/body_sink.hpp"
#include "net/memory_budget.hpp"
#include "net/response_head.hpp"
#include "net/settings.hpp"
#include "net/web_address.hpp"

namespace pixmill::net {

/// What one exchange with one origin came to: a body, a redirect or a failure.
struct answer {
  std::shared_ptr<const std::string> body;
  std::optional<web_address> redirect;
  failure why;
  /// See `download::retry_after`.
  std::optional<std::chrono::milliseconds> retry_after;
  /// From the request to the first byte of the answer, if there was one.
  std::optional<std::chrono::milliseconds> first_byte;
  /// What came was no HTTP, on a connection that an earlier answer may have
  /// left bytes on: the request is to be made again, on a fresh one.
  bool stale = false;
};

/// What connection a request may take.
enum class connection_choice : std::uint8_t { any, fresh };

/// One request and its answer at a time, on a libcurl easy handle that is set
/// up once and used again and again. Belongs to the thread of its engine.
class transfer {
public:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;

  /// What all transfers of an engine share; outlives them.
  struct context {
    fetch_settings settings;
    address_guard guard;
    std::shared_ptr<memory_budget> budget;
    /// Asked when the budget has refused a transfer: whether it may go over
    /// the limit rather than pause.
    std::function<bool(const transfer&)> may_exceed_budget;
  };

  explicit transfer(const context& shared);
  ~transfer();
  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;

  /// Returns the `CURL*`, whose private pointer is this transfer.
  void* handle() const noexcept {
    return easy_.get();
  }

  /// Prepares a request; `body_sink::first_charge` has been charged for it.
  /// @param trace Value of the field `traceparent`; empty: none.
  void begin(std::uint64_t ticket, const web_address& address,
             const std::string& trace, connection_choice connection,
             time_point now);

  /// Judges a request that has ended, and drops what it does not hand out.
  /// @param curl_code libcurl's result.
  answer end(int curl_code);

  /// Drops a request that is to end early.
  void abandon() noexcept;

  std::uint64_t ticket() const noexcept {
    return ticket_;
  }

  /// Returns whether it waits for the budget.
  bool paused() const noexcept {
    return paused_at_.has_value();
  }

  /// Lets a paused request try again.
  /// @returns libcurl's code; other than 0, the request must be ended with it.
  int resume(time_point now);

  /// Returns the time since `begin` without that spent paused.
  clock::duration spent(time_point now) const;

private:
  struct easy_deleter {
    void operator()(void* easy) const noexcept;
  };
  struct list_deleter {
    void operator()(void* list) const noexcept;
  };

  void set_options();
  void set_callbacks();
  void set_trace(const std::string& trace);
  std::size_t take_header(std::string_view line);
  std::size_t take_body(std::string_view bytes);
  int open_socket(void* address);
  bool may_reach(const ip_address& address, std::uint16_t port);
  bool may_request(const char* address, int port);
  bool is_stale(int curl_code) const;
  failure judge_status() const;
  failure judge_code(int curl_code) const;
  std::optional<std::chrono::milliseconds> retry_after() const;
  std::optional<std::chrono::milliseconds> first_byte() const;

  const context& shared_;
  std::unique_ptr<void, easy_deleter> easy_;
  std::unique_ptr<void, list_deleter> headers_;
  /// Those of one request that is part of a trace; null: `headers_`.
  std::unique_ptr<void, list_deleter> traced_headers_;
  std::uint64_t ticket_ = 0;
  std::optional<web_address> address_;
  response_head head_;
  body_sink sink_;
  std::size_t ignored_bytes_ = 0;
  time_point began_{};
  std::optional<time_point> paused_at_;
  clock::duration paused_for_{0};
  bool head_too_large_ = false;
  bool opened_socket_ = false;
  std::string denied_; ///< The last endpoint that the guard refused.
  std::array<char, 256> error_text_{};
};

} // namespace pixmill::net
