#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <caf/error.hpp>
#include <caf/expected.hpp>

namespace pixmill::cluster {

/// A host and a port of TCP.
struct endpoint {
  std::string host; ///< A name or an address, without brackets.
  std::uint16_t port = 0;

  /// Parses `HOST:PORT` or `[ADDRESS]:PORT`.
  /// @param any_port Whether port 0 is one.
  /// @retval errc::config_invalid Names `text`.
  static caf::expected<endpoint> parse(std::string_view text, bool any_port);

  /// Returns what `parse` reads.
  std::string str() const;

  /// Returns whether nobody but this machine reaches it.
  bool is_loopback() const;

  bool operator==(const endpoint&) const = default;
};

/// Opens a connection to `where` and closes it again: CAF would wait for a host
/// that drops packets for minutes, and nothing could be sent meanwhile.
/// @retval errc::dns, errc::connect, errc::timeout Names `where`.
caf::error probe(const endpoint& where, std::chrono::milliseconds timeout);

} // namespace pixmill::cluster
