#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "http/gate_exchange.hpp"
#include "http/gate_refusal.hpp"
#include "http/request_framing.hpp"
#include "http/spool.hpp"

namespace pixmill::http {

/// What a connection is at.
enum class phase : std::uint8_t {
  idle,      ///< Between requests; the first to go when there is no room.
  head,      ///< In the middle of a head.
  body,      ///< In the middle of a body.
  answering, ///< Waits for a worker, or is with one.
  flushing,  ///< The end of its answer waits for the client.
  refused,   ///< Is told so, but not at once.
  lingering, ///< All is said; waits for the client to close.
};

/// One client's socket and what is known of its current request. Belongs to
/// the loop, save `current` while `answering`, which belongs to the worker.
struct connection {
  connection(int socket, byte_budget& budget);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  const int socket;
  phase at = phase::idle;
  std::optional<head_framer> head;
  std::optional<body_framer> body;
  std::unique_ptr<spool> content;
  /// Bytes of the requests that follow the current one.
  std::string inbound;
  std::unique_ptr<exchange> current;
  /// For `head` and `inbound`.
  budget_share memory;
  std::chrono::steady_clock::time_point body_begun;
  /// When the loop looks after it next; none while `answering`.
  std::optional<std::chrono::steady_clock::time_point> deadline;
  /// What it is told, while `refused`.
  const refusal* why = nullptr;
  /// Its place among the idle ones, while `idle`.
  std::list<int>::iterator idle_place;
};

} // namespace pixmill::http
