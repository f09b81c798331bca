#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/net/fetching.hpp"

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;
using test::connection;
using test::fetch_once;
using test::loopback_server;
using test::loopback_settings;

constexpr const char* ok = "HTTP/1.1 200 OK\r\n";

loopback_server::handler says(const std::string& text) {
  return [text](connection& peer, const auto&, const auto&) {
    peer.send(text);
    peer.close();
  };
}

loopback_server::handler says_then_resets(const std::string& text) {
  return [text](connection& peer, const auto&, const auto&) {
    peer.send(text);
    peer.reset();
  };
}

// Waits for more after `text` until the client gives up.
loopback_server::handler says_then_hangs(const std::string& text) {
  return [text](connection& peer, const auto&, const auto&) {
    peer.send(text);
    peer.wait_until_closed();
  };
}

failure failure_of(loopback_server::handler origin) {
  const loopback_server server{std::move(origin)};
  const auto got = fetch_once(server);
  EXPECT_EQ(got.body == nullptr, static_cast<bool>(got.why));
  return got.why;
}

TEST(DownloaderFailures, NamesEachStatus) {
  EXPECT_EQ(failure_of(says("HTTP/1.1 404 Not Found\r\n\r\n")).word(),
            "http_404");
  EXPECT_EQ(failure_of(says("HTTP/1.1 500 Oops\r\n\r\n")).word(), "http_500");
  EXPECT_EQ(failure_of(says("HTTP/1.1 304 Same\r\n\r\n")).word(), "http_304");
  EXPECT_EQ(failure_of(says("HTTP/1.1 302 Found\r\n\r\n")).word(), "http_302");
}

TEST(DownloaderFailures, Calls429RateLimited) {
  EXPECT_EQ(failure_of(says("HTTP/1.1 429 Too Many\r\n\r\n")).code,
            errc::rate_limited);
}

TEST(DownloaderFailures, FindsEmptyBodies) {
  EXPECT_EQ(
    failure_of(says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")).code,
    errc::empty_body);
  EXPECT_EQ(failure_of(says("HTTP/1.1 204 No Content\r\n\r\n")).code,
            errc::empty_body);
}

TEST(DownloaderFailures, FindsBodiesShorterThanTheirLength) {
  const auto text = ok + std::string{"Content-Length: 10\r\n\r\nabc"};
  EXPECT_EQ(failure_of(says(text)).code, errc::truncated);
  EXPECT_EQ(failure_of(says_then_resets(text)).code, errc::truncated);
}

TEST(DownloaderFailures, FindsChunkedBodiesWithoutEnd) {
  const auto text =
    ok + std::string{"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"};
  EXPECT_EQ(failure_of(says(text)).code, errc::truncated);
  EXPECT_EQ(failure_of(says_then_resets(text)).code, errc::truncated);
  EXPECT_EQ(failure_of(says(text + "zz\r\nabc")).code, errc::truncated);
}

TEST(DownloaderFailures, FindsOriginsThatHangUpBeforeTheyAnswer) {
  EXPECT_EQ(failure_of(says("")).code, errc::connect);
  EXPECT_EQ(failure_of(says_then_resets("")).code, errc::connect);
  EXPECT_EQ(failure_of(says_then_resets("HTTP/1.1 200")).code, errc::connect);
}

TEST(DownloaderFailures, FindsClosedPorts) {
  std::string url;
  std::uint16_t port = 0;
  {
    const loopback_server gone{says("")};
    url = gone.url();
    port = gone.port();
  }
  const auto engine = downloader::create(loopback_settings({port}));
  EXPECT_EQ(test::fetch(**engine, url).why.code, errc::connect);
}

TEST(DownloaderFailures, FindsAnswersThatAreNotHttp) {
  EXPECT_EQ(failure_of(says("HTP/9 banana\r\n\r\n")).code, errc::connect);
  EXPECT_EQ(failure_of(says("SSH-2.0-OpenSSH_9.2\r\n")).code, errc::connect);
  EXPECT_EQ(failure_of(says(std::string(5000, '\0'))).code, errc::connect);
}

// As after an answer that went on past the length it had said.
TEST(DownloaderFailures, AsksAgainWhereAnEarlierAnswerLeftBytes) {
  const loopback_server origin{[](connection& peer, const auto&, const auto&) {
    thread_local bool answered = false; // A thread is a connection.
    if (std::exchange(answered, true))
      peer.send("left over");
    else
      peer.answer("200 OK", "fresh");
  }};
  const auto engine = downloader::create(loopback_settings({origin.port()}));
  for (int n = 0; n < 3; ++n) {
    const auto got = test::fetch(**engine, origin.url());
    EXPECT_EQ(got.why.word(), failure{}.word()) << got.why.detail;
    ASSERT_NE(got.body, nullptr);
    EXPECT_EQ(*got.body, "fresh");
  }
  EXPECT_EQ(origin.connections(), 3);
}

TEST(DownloaderFailures, FindsNamesThatDoNotResolve) {
  // Too long for a label, so the resolver fails without asking anyone.
  const auto engine = downloader::create({});
  const auto host = std::string(64, 'x') + ".invalid";
  EXPECT_EQ(test::fetch(**engine, "http://" + host + "/").why.code, errc::dns);
}

TEST(DownloaderFailures, FindsBrokenTls) {
  const loopback_server origin{says(""), "220 this is not TLS\r\n"};
  const auto engine = downloader::create(loopback_settings({origin.port()}));
  const auto url = "https://127.0.0.1:" + std::to_string(origin.port()) + "/";
  EXPECT_EQ(test::fetch(**engine, url).why.code, errc::tls);
}

TEST(DownloaderFailures, RefusesWhatIsNoWebUrl) {
  const auto engine = downloader::create({});
  for (const std::string url :
       {"", "x", "/etc/hostname", "file:///etc/hostname", "ftp://127.0.0.1/",
        "http://", "http://[::1", "http://127.0.0.1:99999/",
        "mailto:a@example.com", "http://a b/"}) {
    const auto got = test::fetch(**engine, url);
    EXPECT_EQ(got.why.code, errc::url_invalid)
      << url << ": " << got.why.word() << " " << got.why.detail;
  }
}

TEST(DownloaderFailures, RefusesByContentLengthBeforeTheBody) {
  const auto why = failure_of(says_then_hangs(
    ok + std::string{"Content-Length: 104857600\r\n\r\n\xff\xd8"}));
  EXPECT_EQ(why.code, errc::too_large);
  EXPECT_NE(why.detail.find("104857600"), std::string::npos);
}

TEST(DownloaderFailures, CountsBodiesThatDoNotSayTheirLength) {
  loopback_server origin{[](connection& peer, const auto&, const auto&) {
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const auto chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
    while (peer.open())
      peer.send(chunk);
  }};
  auto settings = loopback_settings({origin.port()});
  settings.max_bytes = 1 << 20;
  const auto engine = downloader::create(settings);
  EXPECT_EQ(test::fetch(**engine, origin.url()).why.code, errc::too_large);
  EXPECT_EQ((*engine)->load().bytes_held, 0u);
}

TEST(DownloaderFailures, TakesBodiesOfJustTheLimit) {
  loopback_server origin{[](connection& peer, const auto& path, const auto&) {
    peer.answer("200 OK", std::string(path == "/just" ? 1000 : 1001, 'x'));
  }};
  auto settings = loopback_settings({origin.port()});
  settings.max_bytes = 1000;
  const auto engine = downloader::create(settings);
  EXPECT_FALSE(test::fetch(**engine, origin.url("/just")).why);
  EXPECT_EQ(test::fetch(**engine, origin.url("/over")).why.code,
            errc::too_large);
}

TEST(DownloaderFailures, BoundsHeaderFields) {
  const auto field = "X-Pad: " + std::string(1000, 'b') + "\r\n";
  EXPECT_EQ(failure_of([&](connection& peer, const auto&, const auto&) {
              peer.send(ok);
              for (int n = 0; n < 4096 && peer.open(); ++n)
                peer.send(field);
              peer.wait_until_closed();
            }).code,
            errc::too_large);
}

TEST(DownloaderFailures, BoundsOneHeaderField) {
  EXPECT_EQ(
    failure_of(says_then_hangs(ok + ("X: " + std::string(300'000, 'b')))).code,
    errc::too_large);
}

TEST(DownloaderFailures, BoundsInterimAnswers) {
  EXPECT_EQ(failure_of([](connection& peer, const auto&, const auto&) {
              while (peer.open())
                peer.send("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n");
            }).code,
            errc::too_large);
}

TEST(DownloaderFailures, DoesNotReadLongBodiesOfRefusals) {
  EXPECT_EQ(failure_of([](connection& peer, const auto&, const auto&) {
              peer.send("HTTP/1.1 404 Gone\r\n\r\n");
              const std::string page(65536, 'x');
              while (peer.open())
                peer.send(page);
            }).word(),
            "http_404");
}

struct deadlines {
  std::chrono::milliseconds total = 60s;
  std::chrono::seconds low_speed = 15s;
};

failure failure_within(const deadlines& allowed,
                       loopback_server::handler does) {
  const loopback_server origin{std::move(does)};
  auto settings = loopback_settings({origin.port()});
  settings.total_timeout = allowed.total;
  settings.low_speed_time = allowed.low_speed;
  const auto engine = downloader::create(settings);
  return test::fetch(**engine, origin.url()).why;
}

TEST(DownloaderFailures, EndsAtTheTotalDeadline) {
  EXPECT_EQ(failure_within({.total = 150ms}, says_then_hangs("")).code,
            errc::timeout);
  EXPECT_EQ(failure_within(
              {.total = 150ms},
              says_then_hangs(ok + std::string{"Content-Length: 9\r\n\r\nx"}))
              .code,
            errc::timeout);
}

TEST(DownloaderFailures, EndsTransfersThatAreTooSlow) {
  EXPECT_EQ(failure_within(
              {.low_speed = 1s},
              says_then_hangs(ok + std::string{"Content-Length: 9\r\n\r\nx"}))
              .code,
            errc::timeout);
}

TEST(DownloaderFailures, CountsRedirectsAgainstTheTotalDeadline) {
  EXPECT_EQ(failure_within({.total = 300ms},
                           [](connection& peer, const auto& path, const auto&) {
                             std::this_thread::sleep_for(100ms);
                             peer.answer("302 Found", "",
                                         "Location: " + path + "x\r\n");
                           })
              .code,
            errc::timeout);
}

} // namespace
} // namespace pixmill::net
