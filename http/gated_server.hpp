#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <caf/expected.hpp>
#include <httplib.h>

#include "http/settings.hpp"

namespace pixmill::http {

class exchange;
class gate_loop;
struct request_head;

/// The HTTP library's server behind a gate: routes are declared as ever, but
/// sockets, limits and threads are the gate's. A route is called only with a
/// request that is whole and within every limit of `gate_settings`.
///
/// - The body of `Post(path, HandlerWithContentReader)` is read from memory or
///   a file piece by piece. That of a plain `Handler` is copied into memory
///   whole, and so is that of a path without a route: pre-routing may prevent
///   it.
/// - A body with `Content-Encoding: gzip` arrives as it was sent. The request
///   names the encoding in `body_encoding_field` of http/request_framing.hpp.
/// - A stream without a known length must be chunked
///   (`set_chunked_content_provider`): connections stay open after answers.
/// - `/healthz` and `/readyz` have workers of their own. Paths that end in
///   `/events`, and queries with `wait`, use the threads for streams.
/// - `listen`, `stop` and the setters of timeouts, sockets and threads have no
///   effect.
class gated_server : public httplib::Server {
public:
  /// Makes a server that has no socket yet. Raises this process's limit of
  /// open files as far as it goes.
  /// @retval errc::config_invalid A limit is 0, or there are no descriptors.
  static caf::expected<std::unique_ptr<gated_server>>
  create(const gate_settings& settings);

  /// Drains with a deadline of now.
  ~gated_server() override;

  /// Opens the socket; clients queue there until `start`.
  /// @param address Numeric, or a name of this machine.
  /// @param port    0: any.
  /// @returns The port.
  /// @retval errc::config_invalid The address cannot be had; context: why.
  caf::expected<std::uint16_t> bind(const std::string& address,
                                    std::uint16_t port);

  /// Lets `screen` look at each request whose body is still to come: an answer
  /// of it is sent at once, and the body is not kept. Before `start`; it must
  /// not wait.
  void screen_with(
    std::function<std::optional<std::string>(const request_head&)> screen);

  /// Serves from now on, on threads of its own. Call once, after `bind` and
  /// after all routes.
  void start();

  /// Accepts no more, closes connections without a request, and waits until
  /// the others are answered, or for `deadline`. What still runs then loses
  /// its socket, and is waited for.
  void drain(std::chrono::milliseconds deadline);

  /// True from the beginning of `drain`: streams should end.
  bool draining() const noexcept;

private:
  explicit gated_server(const gate_settings& settings);
  void answer(exchange& whose);

  std::unique_ptr<gate_loop> loop_;
  std::thread thread_;
};

} // namespace pixmill::http
