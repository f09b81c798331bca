#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <caf/expected.hpp>

#include "http/backend.hpp"
#include "http/service_settings.hpp"
#include "http/settings.hpp"

namespace pixmill::http {

/// The HTTP front end: it listens from `start` until it is drained or
/// destroyed, on threads of its own.
class service {
public:
  /// Returns why `settings` cannot be served under; empty: they can.
  /// @param guarded Whether there are tokens.
  /// @retval errc::config_invalid There are none, and the address is not of
  ///         loopback: strangers could do everything.
  static caf::error check(const service_settings& settings, bool guarded);

  /// Takes the tokens of `head`, and listens.
  /// @param head Outlives the service.
  /// @param gate Its `max_body_bytes` follows from `settings`.
  /// @retval errc::config_invalid See `check`; or the address cannot be
  ///         listened on; names it.
  static caf::expected<std::unique_ptr<service>>
  start(backend& head, const service_settings& settings, gate_settings gate);
  ~service();
  service(const service&) = delete;
  service& operator=(const service&) = delete;

  /// Returns where it is reached: `http://127.0.0.1:8080`.
  const std::string& url() const noexcept;

  /// Returns how many tokens guard it; 0: it is open to this machine.
  std::size_t tokens() const;
  /// Returns what links start with that leave this machine.
  const std::string& public_url() const noexcept;

  /// Says on `/readyz` that the service is ending, refuses submissions, and
  /// ends streams; everything else is answered as before.
  void begin_drain();

  /// Takes no more connections, and lets what is being answered end.
  void drain(std::chrono::milliseconds deadline);

private:
  class impl;
  explicit service(std::unique_ptr<impl> impl);
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill::http
