#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "telemetry/log.hpp"

namespace httplib {
struct Request;
struct Response;
} // namespace httplib

namespace pixmill::http {

/// The request that a thread is answering: its id, the trace that it is part
/// of, and, when it ends, its line in the log and its place in the metrics.
/// All lines that are written meanwhile carry its id.
class request_scope {
public:
  request_scope();
  /// Writes the line.
  ~request_scope();
  request_scope(const request_scope&) = delete;
  request_scope& operator=(const request_scope&) = delete;

  /// Returns the scope of this thread, or null.
  static request_scope* current() noexcept;

  /// Returns the caller's `X-Request-Id` where that is 1 to 128 letters,
  /// digits, `-`, `_`, `.` and `:`, else an id of our own: `req_` and a ULID.
  const std::string& id() const noexcept {
    return id_;
  }

  /// Returns the caller's W3C `traceparent`; empty: it sent none that is valid.
  const std::string& trace_parent() const noexcept {
    return trace_parent_;
  }

  /// Says which token the caller has shown: its id, never the token.
  void note_token(std::string_view id);

  /// Says which job the request is about, where its path does not.
  void note_job(std::string_view id);

  /// Says what was sent.
  /// @param bytes Head and body.
  /// @param whole False: the client went away, or the answer broke off.
  void answered(std::uint64_t bytes, bool whole) noexcept;

private:
  friend void name_request(const httplib::Request&);
  friend void name_answer(const httplib::Request&, httplib::Response&);
  using clock = std::chrono::steady_clock;

  const clock::time_point begun_ = clock::now();
  std::string id_;
  std::string trace_parent_;
  std::string method_;
  std::string target_; ///< Without values of the query.
  std::string path_;
  std::string token_;
  std::string job_;
  int status_ = 0;
  std::uint64_t bytes_ = 0;
  bool whole_ = true;
  telemetry::log_scope log_;
  request_scope* outer_;
};

/// Makes the scope of this thread one of `request`: the first thing that a
/// server does with it.
void name_request(const httplib::Request& request);

/// Puts the request's id into its answer, before that is sent.
void name_answer(const httplib::Request& request, httplib::Response& response);

} // namespace pixmill::http
