#pragma once

#include <array>

namespace pixmill::net::test {

/// Hosts of URLs that lead to this machine itself.
inline constexpr std::array loopback_spellings{
  "127.0.0.1",
  "127.0.1",
  "127.1",
  "127.0.0.2",
  "127.255.255.254",
  "2130706433",
  "017700000001",
  "0x7f000001",
  "0X7F000001",
  "0x7f.1",
  "0x7f.0.0.1",
  "0x7f.0x0.0x0.0x1",
  "0177.1",
  "0177.0.0.1",
  "0177.0000.0000.0001",
  "0x7f.0.01",
  "0",
  "0x0",
  "00",
  "0.0.0.0",
  "[::]",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[0000:0000:0000:0000:0000:0000:0000:0001]",
  "[::0001]",
  "[::ffff:127.0.0.1]",
  "[::FFFF:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[0:0:0:0:0:ffff:127.0.0.1]",
  "localhost",
  "LocalHost",
};

/// Hosts of URLs that a gateway may lead to this machine. Never to be connected
/// in a test, not even in one that expects a refusal.
inline constexpr std::array tunneled_loopback_spellings{
  "[::127.0.0.1]",          "[::7f00:1]",
  "[::ffff:0:127.0.0.1]",   "[64:ff9b::127.0.0.1]",
  "[64:ff9b::7f00:1]",      "[64:ff9b:1::7f00:1]",
  "[2002:7f00:1::]",        "[2002:7f00:1::1]",
  "[2001:0:7f00:1::]",      "[2a00:1450::5efe:7f00:1]",
  "[fe80::5efe:127.0.0.1]",
};

} // namespace pixmill::net::test
