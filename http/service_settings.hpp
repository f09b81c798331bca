#pragma once

#include <cstdint>
#include <string>

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
  /// Serves the plain routes of simpler services too.
  bool compat = false;
  /// Images need a token with scope read; else whoever knows the URL of one,
  /// which names its content, may have it.
  bool private_files = false;
};

} // namespace pixmill::http
