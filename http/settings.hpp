#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace pixmill::http {

/// Section `[http]`: what the gate lets through to the routes.
struct gate_settings {
  /// Sockets at once. Above it the one that is idle for longest is closed; if
  /// none is idle, the new one is refused with 503. Never more than the limit
  /// of open files leaves room for.
  std::uint32_t max_connections = 12'000;
  /// Requests that run at once.
  std::uint32_t worker_threads = 16;
  /// Whole requests that wait for a worker; above it 503.
  std::uint32_t queue_limit = 256;
  /// Event streams and long polls at once, each on a thread of its own; above
  /// it 503.
  std::uint32_t stream_threads = 64;

  /// Request line and fields together, bytes; above it 431.
  std::size_t max_head_bytes = 16u << 10;
  /// Request line and fields together, lines; above it 431.
  std::uint32_t max_head_lines = 64;
  /// From the first byte of a head to its last; above it 408.
  std::chrono::milliseconds head_deadline{5'000};

  /// A request's body without its framing, bytes; above it 413.
  std::uint64_t max_body_bytes = 256ull << 20;
  /// A body that arrives slower, in bytes a second, is refused with 408.
  std::uint32_t min_body_rate = 1u << 10;
  /// How long a body may stay behind `min_body_rate`.
  std::chrono::milliseconds body_grace{10'000};
  /// Bodies over this many bytes are kept in a file.
  std::size_t spool_above = 1u << 20;
  /// Where those files are made; they have no name.
  std::string spool_directory = "/var/tmp";
  /// Bytes of all those files; above it 503.
  std::uint64_t spool_budget = 4ull << 30;
  /// Bytes of all bodies and ends of answers in memory. Above it bodies are
  /// kept in files, whatever their size, and answers wait with their worker.
  std::size_t memory_budget = 32u << 20;
  /// Bytes of all heads, and of requests sent ahead, that are longer than
  /// 1 KiB. Above it they are refused with 503; shorter ones never are.
  std::size_t head_budget = 8u << 20;

  /// A connection without a request is closed after this.
  std::chrono::milliseconds idle_timeout{60'000};
  /// How long a client may stay behind `min_write_rate` in reading its answer.
  std::chrono::milliseconds write_grace{10'000};
  /// An answer that is read slower, in bytes a second, is cut off.
  std::uint32_t min_write_rate = 16u << 10;
  /// The end of an answer, up to this many bytes, waits for its client without
  /// a worker.
  std::size_t write_buffer = 1u << 20;
  /// How long a request that finds no worker waits for its refusal: so long to
  /// twice as long. Who would
  /// come back at once costs a socket meanwhile, and no time.
  std::chrono::milliseconds refusal_pause{250};
  /// What a refusal with 503 asks the client to wait.
  std::chrono::seconds retry_after{1};
};

} // namespace pixmill::http
