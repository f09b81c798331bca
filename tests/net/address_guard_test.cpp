#include "net/address_guard.hpp"

#include <initializer_list>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>

#include "model/errc.hpp"
#include "tests/net/loopback_spellings.hpp"

namespace pixmill::net {
namespace {

using verdict = address_guard::verdict;

address_guard guard(const std::vector<std::string>& cidrs = {},
                    const std::vector<std::uint16_t>& ports = {}) {
  return *address_guard::create(cidrs, ports);
}

verdict judge(const std::string& address, std::uint16_t port = 80) {
  return guard().judge(*ip_address::parse(address), port);
}

TEST(AddressGuard, AllowsGlobalUnicastUpToTheEdgesOfWhatItDenies) {
  for (const auto* each :
       {"1.0.0.0",         "9.255.255.255",     "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",       "126.255.255.255",
        "128.0.0.0",       "169.253.255.255",   "169.255.0.0",
        "172.15.255.255",  "172.32.0.0",        "191.255.255.255",
        "192.0.1.0",       "192.0.3.0",         "192.31.195.255",
        "192.31.197.0",    "192.52.192.255",    "192.52.194.0",
        "192.88.98.255",   "192.88.100.0",      "192.167.255.255",
        "192.169.0.0",     "192.175.47.255",    "192.175.49.0",
        "198.17.255.255",  "198.20.0.0",        "198.51.99.255",
        "198.51.101.0",    "203.0.112.255",     "203.0.114.0",
        "223.255.255.255", "8.8.8.8",           "93.184.216.34",
        "2000::",          "2001:200::",        "2001:db7:ffff::1",
        "2001:db9::",      "2001:ffff:ffff::1", "2003::",
        "2606:4700::1111", "2a00:1450:4001::1", "3ffe:ffff::1",
        "3fff:1000::",     "3fff:ffff::",       "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8"})
    EXPECT_EQ(judge(each), verdict::allowed) << each;
}

TEST(AddressGuard, DeniesFirstAndLastOfEachSpecialRange) {
  for (const auto* each :
       {"0.0.0.0",         "0.255.255.255",   "10.0.0.0",
        "10.255.255.255",  "100.64.0.0",      "100.127.255.255",
        "127.0.0.0",       "127.255.255.255", "169.254.0.0",
        "169.254.169.254", "169.254.255.255", "172.16.0.0",
        "172.31.255.255",  "192.0.0.0",       "192.0.0.255",
        "192.0.2.0",       "192.0.2.255",     "192.31.196.0",
        "192.52.193.255",  "192.88.99.0",     "192.88.99.255",
        "192.168.0.0",     "192.168.255.255", "192.175.48.0",
        "198.18.0.0",      "198.19.255.255",  "198.51.100.0",
        "198.51.100.255",  "203.0.113.0",     "203.0.113.255",
        "224.0.0.0",       "239.255.255.255", "240.0.0.0",
        "255.255.255.255"})
    EXPECT_EQ(judge(each), verdict::address_denied) << each;
}

TEST(AddressGuard, DeniesEveryOtherIpv6) {
  for (const auto* each : {"::",
                           "::1",
                           "::7f00:1",
                           "::8.8.8.8",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:0:8.8.8.8",
                           "64:ff9b::127.0.0.1",
                           "64:ff9b::169.254.169.254",
                           "64:ff9b:0:0:0:1::",
                           "64:ff9b:1::1",
                           "100::1",
                           "1fff:ffff::1",
                           "2001::",
                           "2001::1",
                           "2001:1ff:ffff::1",
                           "2001:10::1",
                           "2001:20::1",
                           "2001:db8::",
                           "2001:db8:ffff:ffff::1",
                           "2002::",
                           "2002:7f00:1::",
                           "2002:ffff:ffff::1",
                           "3fff::",
                           "3fff:fff:ffff::1",
                           "4000::",
                           "5f00::1",
                           "fc00::1",
                           "fdff::1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff02::1",
                           "ffff::",
                           "2a00:1450::5efe:127.0.0.1",
                           "2a00:1450::200:5efe:10.0.0.1"})
    EXPECT_EQ(judge(each), verdict::address_denied) << each;
}

// What the resolver makes of each; names are left to the downloader's tests.
TEST(AddressGuard, DeniesLoopbackHoweverItIsSpelled) {
  std::vector<std::string> hosts{test::loopback_spellings.begin(),
                                 test::loopback_spellings.end()};
  hosts.insert(hosts.end(), test::tunneled_loopback_spellings.begin(),
               test::tunneled_loopback_spellings.end());
  int tried = 0;
  for (const auto& each : hosts) {
    const auto host =
      each.front() == '[' ? each.substr(1, each.size() - 2) : each;
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), "80", &hints, &found) != 0)
      continue;
    const auto peer = to_endpoint(*found->ai_addr);
    freeaddrinfo(found);
    ASSERT_TRUE(peer);
    EXPECT_EQ(guard().judge(peer->address, peer->port), verdict::address_denied)
      << each << " is " << peer->address.str();
    ++tried;
  }
  EXPECT_GE(tried, 35);
}

TEST(AddressGuard, AllowsPorts80And443AndThoseOfTheSettings) {
  EXPECT_EQ(judge("8.8.8.8", 80), verdict::allowed);
  EXPECT_EQ(judge("8.8.8.8", 443), verdict::allowed);
  for (const std::uint16_t each :
       std::initializer_list<std::uint16_t>{0, 22, 25, 79, 81, 442, 444, 8080})
    EXPECT_EQ(judge("8.8.8.8", each), verdict::port_denied) << each;
  const auto opened = guard({}, {8080});
  EXPECT_EQ(opened.judge(*ip_address::parse("8.8.8.8"), 8080),
            verdict::allowed);
}

TEST(AddressGuard, OpensJustTheRangesOfTheSettings) {
  const auto opened = guard({"10.1.0.0/16", "fd00::/8"});
  const auto now = [&](const char* x) {
    return opened.judge(*ip_address::parse(x), 80);
  };
  EXPECT_EQ(now("10.1.0.0"), verdict::allowed);
  EXPECT_EQ(now("10.1.255.255"), verdict::allowed);
  EXPECT_EQ(now("::ffff:10.1.2.3"), verdict::allowed);
  EXPECT_EQ(now("fd12::1"), verdict::allowed);
  EXPECT_EQ(now("10.0.255.255"), verdict::address_denied);
  EXPECT_EQ(now("10.2.0.0"), verdict::address_denied);
  EXPECT_EQ(now("fc00::1"), verdict::address_denied);
  EXPECT_EQ(now("64:ff9b::10.1.0.1"), verdict::address_denied);
  EXPECT_EQ(now("2002:a01:1::"), verdict::address_denied);
}

TEST(AddressGuard, KeepsTheFamiliesOfRangesApart) {
  const auto all_v6 = guard({"::/0"});
  EXPECT_EQ(all_v6.judge(*ip_address::parse("::1"), 80), verdict::allowed);
  EXPECT_EQ(all_v6.judge(*ip_address::parse("127.0.0.1"), 80),
            verdict::address_denied);
  const auto all_v4 = guard({"0.0.0.0/0"});
  EXPECT_EQ(all_v4.judge(*ip_address::parse("127.0.0.1"), 80),
            verdict::allowed);
  EXPECT_EQ(all_v4.judge(*ip_address::parse("::1"), 80),
            verdict::address_denied);
}

TEST(AddressGuard, RefusesMalformedRangesByName) {
  for (const std::string each : {"",
                                 "/",
                                 "10.0.0.0",
                                 "10.0.0.0/",
                                 "/8",
                                 "10.0.0/8",
                                 "10.0.0.0/33",
                                 "10.0.0.0/-1",
                                 "10.0.0.0/+8",
                                 "10.0.0.0/08",
                                 "10.0.0.0/8 ",
                                 " 10.0.0.0/8",
                                 "10.0.0.0/8x",
                                 "10.0.0.1/8",
                                 "010.0.0.0/8",
                                 "0x0a.0.0.0/8",
                                 "10.0.0.0/255.0.0.0",
                                 "10.0.0.0.0/8",
                                 "::/129",
                                 "fd00::1/8",
                                 "fd00::/",
                                 "fe80::1%lo/128",
                                 "[fd00::]/8",
                                 "localhost/8",
                                 "10.0.0.0/1000",
                                 "256.0.0.0/8",
                                 "10.0.0.0/8,10.0.0.0/8"}) {
    const auto result = address_guard::create({each}, {});
    ASSERT_FALSE(result) << each;
    EXPECT_EQ(code_of(result.error(), errc::none), errc::config_invalid);
    EXPECT_NE(context_of(result.error()).find('"' + each + '"'),
              std::string::npos)
      << context_of(result.error());
  }
}

TEST(AddressGuard, TakesRangesOfEveryLength) {
  for (const std::string each :
       {"0.0.0.0/0", "10.0.0.0/8", "127.0.0.1/32", "::/0", "::1/128",
        "fd00::/8", "::ffff:0:0/96", "2001:db8:8000::/33"})
    EXPECT_TRUE(address_guard::create({each}, {})) << each;
}

TEST(AddressGuard, RefusesPortZero) {
  EXPECT_FALSE(address_guard::create({}, {0}));
}

} // namespace
} // namespace pixmill::net
