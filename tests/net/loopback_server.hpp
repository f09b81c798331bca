#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace pixmill::net::test {

/// One connection that a client has opened; used on its own thread only.
class connection {
public:
  explicit connection(int fd) : fd_(fd) {}

  /// Reads up to the blank line.
  /// @returns The head; empty when the client has closed.
  std::string read_head();

  /// Reads the next `size` bytes.
  /// @returns Fewer when the client has closed.
  std::string read_body(std::size_t size);

  /// Sends all of `bytes`; does nothing once the client has gone.
  void send(std::string_view bytes);

  /// Sends a whole answer with Content-Length.
  void answer(std::string_view status, std::string_view body,
              std::string_view fields = {});

  /// Ends the connection with RST.
  void reset();

  /// Ends the connection with FIN.
  void close();

  /// Blocks until the client closes, or the server ends.
  void wait_until_closed();

  bool open() const {
    return open_;
  }

private:
  int fd_;
  bool open_ = true;
  std::string unread_;
};

/// An origin on 127.0.0.1 that does what a test tells it, a thread for each
/// connection.
class loopback_server {
public:
  /// Called for each request; `path` starts with a slash.
  using handler = std::function<void(connection&, const std::string& path,
                                     const std::string& head)>;

  /// @param greeting Sent to each client before it has said anything.
  explicit loopback_server(handler on_request, std::string greeting = {});
  ~loopback_server();
  loopback_server(const loopback_server&) = delete;
  loopback_server& operator=(const loopback_server&) = delete;

  std::uint16_t port() const {
    return port_;
  }

  /// Returns `http://127.0.0.1:PORT` and `path`.
  std::string url(std::string_view path = "/") const;

  int connections() const {
    return connections_;
  }

  int requests() const {
    return requests_;
  }

  /// Returns the largest number of requests that were being handled at once.
  int most_at_once() const {
    return most_at_once_;
  }

private:
  struct client {
    int fd;
    std::thread thread;
  };

  void accept_all();
  void serve(int fd);

  handler on_request_;
  std::string greeting_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<int> requests_{0};
  std::atomic<int> at_once_{0};
  std::atomic<int> most_at_once_{0};
  std::mutex mutex_;
  std::list<client> clients_; // guarded by mutex_
  std::thread acceptor_;
};

} // namespace pixmill::net::test
