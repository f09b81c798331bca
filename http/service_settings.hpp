#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace pixmill::http {

/// Section `[http]`, what concerns the routes.
struct service_settings {
  /// Address to listen on; without tokens only one of loopback is taken.
  std::string address = "127.0.0.1";
  /// 0: any that is free.
  std::uint16_t port = 8080;
  /// What output URLs start with; empty: `http://ADDRESS:PORT`.
  std::string public_url{};
  /// Largest CSV of one submission, bytes as sent.
  std::uint64_t max_csv_bytes = 1ull << 30;
  /// From the signal to end to the end of listening.
  std::chrono::milliseconds drain_delay{0};
  /// Serves the plain routes of simpler services too.
  bool compat = false;
  /// Images need a token with scope read; else whoever knows the URL of one,
  /// which names its content, may have it.
  bool private_files = false;
  /// Submissions that are taken in at once; above it 503.
  std::uint32_t max_submissions = 16;
  /// Largest image that a worker hands in; follows from `[fetch] max-bytes`.
  std::uint64_t max_image_bytes = 26'214'400;
  /// Requests a second of one token; 0: any number.
  std::uint32_t rate_limit = 0;
  /// Requests that one token may make at once, after a pause.
  std::uint32_t rate_burst = 20;
  /// Origins such as `https://admin.shop.example` whose pages may ask.
  std::vector<std::string> cors_origins{};
};

} // namespace pixmill::http
