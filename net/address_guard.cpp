#include "net/address_guard.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "model/errc.hpp"

namespace pixmill::net {
namespace {

using bytes = ip_address::bytes_type;

constexpr unsigned mapped_bits = 96;
constexpr bytes mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct block {
  std::array<std::uint8_t, 16> first;
  unsigned bits;
};

constexpr block v4(std::uint8_t a, std::uint8_t b, std::uint8_t c,
                   unsigned bits) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, 0},
          mapped_bits + bits};
}

constexpr block v6(std::uint8_t a, std::uint8_t b, std::uint8_t c,
                   std::uint8_t d, unsigned bits) {
  return {{a, b, c, d}, bits};
}

// Besides what the registry calls not globally reachable, the anycast services
// of the networks themselves (AS112, AMT, 6to4 relays): the nearest instance
// may well be one of our own, and no picture is served there.
constexpr std::array denied_v4{
  v4(0, 0, 0, 8),       // this network
  v4(10, 0, 0, 8),      // private
  v4(100, 64, 0, 10),   // shared, carrier-grade NAT
  v4(127, 0, 0, 8),     // loopback
  v4(169, 254, 0, 16),  // link-local, cloud metadata
  v4(172, 16, 0, 12),   // private
  v4(192, 0, 0, 24),    // IETF protocol assignments
  v4(192, 0, 2, 24),    // documentation
  v4(192, 31, 196, 24), // AS112
  v4(192, 52, 193, 24), // AMT
  v4(192, 88, 99, 24),  // 6to4 relay
  v4(192, 168, 0, 16),  // private
  v4(192, 175, 48, 24), // AS112
  v4(198, 18, 0, 15),   // benchmarking
  v4(198, 51, 100, 24), // documentation
  v4(203, 0, 113, 24),  // documentation
  v4(224, 0, 0, 4),     // multicast
  v4(240, 0, 0, 4),     // reserved, broadcast
};

constexpr block global_unicast = v6(0x20, 0, 0, 0, 3);
constexpr block nat64{{0, 0x64, 0xff, 0x9b}, 96};

constexpr std::array denied_v6{
  v6(0x20, 0x01, 0, 0, 23),       // IETF protocol assignments, Teredo
  v6(0x20, 0x01, 0x0d, 0xb8, 32), // documentation
  v6(0x20, 0x02, 0, 0, 16),       // 6to4: leads to any IPv4 address
  v6(0x3f, 0xff, 0, 0, 20),       // documentation
};

bool in_block(const bytes& address, const bytes& first, unsigned bits) {
  const auto whole = bits / 8;
  if (!std::equal(first.begin(), first.begin() + whole, address.begin()))
    return false;
  const auto rest = bits % 8;
  if (rest == 0)
    return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return (address[whole] & mask) == (first[whole] & mask);
}

bool in_block(const bytes& address, const block& range) {
  return in_block(address, range.first, range.bits);
}

template <std::size_t N>
bool in_any(const bytes& address, const std::array<block, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const block& range) {
    return in_block(address, range);
  });
}

// An ISATAP interface identifier tunnels to the IPv4 address in its last half,
// whatever the prefix.
bool is_isatap(const bytes& address) {
  return (address[8] & 0xfd) == 0 && address[9] == 0 && address[10] == 0x5e
         && address[11] == 0xfe;
}

bool is_public(const ip_address& address) {
  const auto& raw = address.bytes();
  if (address.is_v4())
    return !in_any(raw, denied_v4);
  if (in_block(raw, nat64)) {
    auto inner = mapped_prefix;
    std::copy(raw.begin() + 12, raw.end(), inner.begin() + 12);
    return !in_any(inner, denied_v4);
  }
  return in_block(raw, global_unicast) && !in_any(raw, denied_v6)
         && !is_isatap(raw);
}

caf::error malformed(std::string_view text, const char* wanted) {
  return make_error(errc::config_invalid,
                    "\"" + std::string{text} + "\" is not " + wanted);
}

bool only_zeros_after(const bytes& address, unsigned bits) {
  for (unsigned bit = bits; bit < 8 * address.size(); ++bit)
    if (address[bit / 8] & (0x80 >> (bit % 8)))
      return false;
  return true;
}

} // namespace

caf::expected<ip_address> ip_address::parse(std::string_view text) {
  const std::string terminated{text};
  bytes_type raw{};
  if (inet_pton(AF_INET6, terminated.c_str(), raw.data()) == 1)
    return ip_address{raw};
  raw = mapped_prefix;
  if (inet_pton(AF_INET, terminated.c_str(), raw.data() + 12) == 1)
    return ip_address{raw};
  return malformed(text, "an IP address");
}

bool ip_address::is_v4() const noexcept {
  return in_block(bytes_, mapped_prefix, mapped_bits);
}

std::string ip_address::str() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto* done =
    is_v4() ? inet_ntop(AF_INET, bytes_.data() + 12, text.data(), text.size())
            : inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  return done ? done : "?";
}

ip_range::ip_range(const ip_address& first, unsigned bits) noexcept
    : first_(first), bits_(bits) {}

caf::expected<ip_range> ip_range::parse(std::string_view text) {
  constexpr auto wanted = "an address range such as 10.0.0.0/8";
  const auto slash = text.find('/');
  if (slash == std::string_view::npos)
    return malformed(text, wanted);
  const auto address = ip_address::parse(text.substr(0, slash));
  const auto length = text.substr(slash + 1);
  if (!address || length.empty() || length.size() > 3
      || (length.size() > 1 && length.front() == '0'))
    return malformed(text, wanted);
  unsigned bits = 0;
  const auto* end = length.data() + length.size();
  if (std::from_chars(length.data(), end, bits).ptr != end)
    return malformed(text, wanted);
  // "::ffff:0:0/96" is spelled as IPv6, so its length is one of IPv6 too.
  const bool dotted = text.substr(0, slash).find(':') == text.npos;
  if (bits > (dotted ? 32u : 128u))
    return malformed(text, wanted);
  if (dotted)
    bits += mapped_bits;
  if (!only_zeros_after(address->bytes(), bits))
    return malformed(text, "an address range: it has bits set beyond its "
                           "length");
  return ip_range{*address, bits};
}

bool ip_range::contains(const ip_address& address) const noexcept {
  // A short IPv6 prefix such as ::/0 must not open IPv4 by covering the
  // mapped addresses.
  const bool of_v4 = bits_ >= mapped_bits && first_.is_v4();
  return of_v4 == address.is_v4()
         && in_block(address.bytes(), first_.bytes(), bits_);
}

caf::expected<address_guard>
address_guard::create(const std::vector<std::string>& allow_cidrs,
                      const std::vector<std::uint16_t>& allow_ports) {
  address_guard result;
  for (const auto& text : allow_cidrs) {
    auto range = ip_range::parse(text);
    if (!range)
      return std::move(range.error());
    result.open_.push_back(*range);
  }
  result.ports_ = {80, 443};
  for (const auto port : allow_ports) {
    if (port == 0)
      return malformed("0", "a port");
    result.ports_.push_back(port);
  }
  return result;
}

address_guard::verdict address_guard::judge(const ip_address& address,
                                            std::uint16_t port,
                                            reach allowed) const noexcept {
  const auto opens = [&address](const ip_range& range) {
    return range.contains(address);
  };
  const bool open = allowed == reach::open_ranges
                    && std::any_of(open_.begin(), open_.end(), opens);
  if (!open && !is_public(address))
    return verdict::address_denied;
  if (std::find(ports_.begin(), ports_.end(), port) == ports_.end())
    return verdict::port_denied;
  return verdict::allowed;
}

caf::expected<ip_endpoint> to_endpoint(const sockaddr& peer) {
  bytes raw{};
  if (peer.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &peer, sizeof in);
    raw = mapped_prefix;
    std::memcpy(raw.data() + 12, &in.sin_addr, 4);
    return ip_endpoint{ip_address{raw}, ntohs(in.sin_port)};
  }
  if (peer.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &peer, sizeof in);
    std::memcpy(raw.data(), &in.sin6_addr, raw.size());
    return ip_endpoint{ip_address{raw}, ntohs(in.sin6_port)};
  }
  return make_error(errc::address_blocked, "neither IPv4 nor IPv6");
}

} // namespace pixmill::net
