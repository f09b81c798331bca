#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "http/settings.hpp"
#include "tests/http/raw_client.hpp"

namespace pixmill::http {
class gated_server;
}

namespace pixmill::http::test {

/// A gated server with routes that show what reaches them. `settings` are
/// changed before `start`.
///
/// - `GET /healthz`: `ok`. `GET /who`: the client's address.
/// - `POST /echo`: the body back, read piece by piece. `POST /plain`: the body
///   back, whole. `POST /count`: its length, and its encoding.
/// - `GET /hold`, `GET /hold/events`: answered after `release`.
/// - `GET /big?bytes=N`: as many `a`, in pieces.
/// - `GET /ticks/events`: a `t` now and then, without an end, in chunks.
/// - `GET /broken`: an answer whose provider throws.
/// - `GET /key`: the value of the field `Key`.
class GatedServer : public testing::Test {
protected:
  GatedServer();
  ~GatedServer() override;

  void start();
  /// Stops and destroys the server; held requests are released.
  void stop();
  void release();
  /// Waits until `count` requests are held; at most 10 s.
  bool wait_until_held(int count);
  /// Asks for `/healthz` on a new connection.
  int health();

  raw_client connect(int receive_buffer = 0) {
    return raw_client{port, receive_buffer};
  }

  gate_settings settings;
  std::unique_ptr<gated_server> server;
  std::uint16_t port = 0;
  std::atomic<std::size_t> largest_piece{0};

private:
  void add_routes();
  void hold();

  std::mutex mutex_;
  std::condition_variable changed_;
  int held_ = 0;
  bool released_ = false;
};

/// Returns `line`, a Host field, `fields` and the end of the head.
inline std::string request(std::string_view line,
                           std::string_view fields = {}) {
  return std::string{line} + " HTTP/1.1\r\nHost: a\r\n" + std::string{fields}
         + "\r\n";
}

} // namespace pixmill::http::test
