#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

struct sockaddr;

namespace pixmill::net {

/// One IPv4 or IPv6 address. IPv4 is kept as its IPv6-mapped form, so that
/// `127.0.0.1` and `::ffff:127.0.0.1` are one and the same value.
class ip_address {
public:
  using bytes_type = std::array<std::uint8_t, 16>;

  explicit ip_address(const bytes_type& bytes) noexcept : bytes_(bytes) {}

  /// Parses what `inet_pton` does: four decimal parts, or RFC 4291 text.
  /// @retval errc::config_invalid Anything else; context: `text`.
  static caf::expected<ip_address> parse(std::string_view text);

  /// Returns the address in network byte order.
  const bytes_type& bytes() const noexcept {
    return bytes_;
  }

  bool is_v4() const noexcept;

  /// Returns `127.0.0.1` or `2001:db8::1`.
  std::string str() const;

  bool operator==(const ip_address&) const = default;

private:
  bytes_type bytes_;
};

/// A range of addresses of one family, such as `10.0.0.0/8`.
class ip_range {
public:
  /// Parses an address, a slash and a length; bits beyond the length are 0.
  /// @retval errc::config_invalid Anything else; context: `text`.
  static caf::expected<ip_range> parse(std::string_view text);

  bool contains(const ip_address& address) const noexcept;

private:
  ip_range(const ip_address& first, unsigned bits) noexcept;

  ip_address first_;
  unsigned bits_; ///< Of the mapped form: 96 more for IPv4.
};

/// Decides which peers may be connected to: global unicast addresses on ports
/// 80 and 443, and what the settings add.
///
/// It judges the address of a socket, never a name or a URL, so no spelling,
/// redirect or change of DNS gets round it.
///
/// @note Immutable, thread-safe.
/// @see IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890);
///      RFC 5214 (ISATAP); RFC 6052 (NAT64's 64:ff9b::/96, which is unwrapped).
class address_guard {
public:
  enum class verdict : std::uint8_t { allowed, address_denied, port_denied };

  /// @param allow_cidrs Ranges that are open although not global unicast.
  /// @param allow_ports Ports besides 80 and 443, from 1.
  /// @retval errc::config_invalid Names the range or port that is malformed.
  static caf::expected<address_guard>
  create(const std::vector<std::string>& allow_cidrs,
         const std::vector<std::uint16_t>& allow_ports);

  /// Whether the ranges of the settings count.
  enum class reach : std::uint8_t { open_ranges, public_only };

  verdict judge(const ip_address& address, std::uint16_t port,
                reach allowed = reach::open_ranges) const noexcept;

private:
  address_guard() = default;

  std::vector<ip_range> open_;
  std::vector<std::uint16_t> ports_;
};

/// The far end of a socket.
struct ip_endpoint {
  ip_address address;
  std::uint16_t port;
};

/// Returns what `peer` says.
/// @retval errc::address_blocked Neither IPv4 nor IPv6.
caf::expected<ip_endpoint> to_endpoint(const sockaddr& peer);

} // namespace pixmill::net
