#include "net/source_fetcher.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/local_files.hpp"
#include "tests/net/fetching.hpp"

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;
using test::begin;
using test::connection;
using test::fetch;
using test::loopback_server;

class SourceFetcher : public testing::Test {
protected:
  SourceFetcher() {
    auto text =
      (std::filesystem::temp_directory_path() / "pixmill-source-fetcher-XXXXXX")
        .string();
    folder_ = mkdtemp(text.data());
  }

  ~SourceFetcher() override {
    std::filesystem::remove_all(folder_);
  }

  std::string write(const std::string& name, const std::string& bytes) {
    const auto path = folder_ / name;
    std::ofstream{path, std::ios::binary} << bytes;
    return path.string();
  }

  std::filesystem::path folder_;
};

TEST_F(SourceFetcher, SendsEachSourceToItsOwnSide) {
  const loopback_server origin{[](connection& peer, const auto&, const auto&) {
    peer.answer("200 OK", "from the web");
  }};
  const auto sources =
    source_fetcher::create(test::loopback_settings({origin.port()}));
  EXPECT_EQ(*fetch(**sources, origin.url()).body, "from the web");
  EXPECT_EQ(*fetch(**sources, write("a b.jpg", "from a file")).body,
            "from a file");
}

TEST_F(SourceFetcher, CancelsOnBothSides) {
  const loopback_server origin{[](connection& peer, const auto&, const auto&) {
    peer.wait_until_closed();
  }};
  auto settings = test::loopback_settings({origin.port()});
  settings.memory_budget = 10;
  const auto sources = source_fetcher::create(settings);
  auto held = fetch(**sources, write("first", "0123456789"));
  auto local = begin(**sources, write("second", "0123456789"));
  auto third = begin(**sources, write("third", "0123456789"));
  auto web = begin(**sources, origin.url());
  for (auto* each : {&local, &third, &web}) {
    (*sources)->cancel(each->first);
    EXPECT_EQ(test::wait(each->second).why.code, errc::canceled);
  }
}

TEST_F(SourceFetcher, CountsFilesAgainstTheBudget) {
  fetch_settings settings;
  settings.memory_budget = 10;
  const auto sources = source_fetcher::create(settings);
  auto held = fetch(**sources, write("first", "0123456789"));
  ASSERT_TRUE(held.body);
  EXPECT_EQ((*sources)->load().bytes_held, 10u);
  auto next = begin(**sources, write("second", "0123456789"));
  EXPECT_EQ(next.second.wait_for(100ms), std::future_status::timeout);
  held.body.reset();
  EXPECT_FALSE(test::wait(next.second).why);
}

TEST_F(SourceFetcher, EndsWhatIsOutstandingWithItself) {
  fetch_settings settings;
  settings.memory_budget = 1;
  auto sources = source_fetcher::create(settings);
  const auto held = fetch(**sources, write("first", "0123456789"));
  auto next = begin(**sources, write("second", "0123456789"));
  auto last = begin(**sources, write("third", "0123456789"));
  sources->reset();
  EXPECT_EQ(test::wait(next.second).why.code, errc::canceled);
  EXPECT_EQ(test::wait(last.second).why.code, errc::canceled);
}

TEST_F(SourceFetcher, SaysWhatIsWrongWithAFile) {
  fetch_settings settings;
  settings.max_bytes = 10;
  const auto sources = source_fetcher::create(settings);
  const auto missing = fetch(**sources, (folder_ / "none.jpg").string());
  EXPECT_EQ(missing.why.code, errc::url_invalid);
  EXPECT_NE(missing.why.detail.find("none.jpg: No such file"),
            std::string::npos)
    << missing.why.detail;
  EXPECT_EQ(fetch(**sources, folder_.string()).why.code, errc::url_invalid);
  EXPECT_EQ(fetch(**sources, "ftp://127.0.0.1/x").why.code, errc::url_invalid);
  EXPECT_EQ(fetch(**sources, "").why.code, errc::url_invalid);
  EXPECT_EQ(fetch(**sources, "/dev/zero").why.code, errc::url_invalid);
  EXPECT_EQ(fetch(**sources, write("empty", "")).why.code, errc::empty_body);
  EXPECT_FALSE(fetch(**sources, write("just", "0123456789")).why);
  EXPECT_EQ(fetch(**sources, write("over", "0123456789x")).why.code,
            errc::too_large);
}

TEST_F(SourceFetcher, DoesNotWaitForTheWriterOfAFifo) {
  const auto path = (folder_ / "fifo").string();
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const auto sources = source_fetcher::create({});
  EXPECT_EQ(fetch(**sources, path).why.code, errc::url_invalid);
}

TEST(IsWebUrl, TakesEitherSchemeInAnyCase) {
  EXPECT_TRUE(is_web_url("http://x"));
  EXPECT_TRUE(is_web_url("HTTPS://x"));
  for (const auto* each : {"", "http:/x", "httpx://x", "a/http://x", "x.jpg"})
    EXPECT_FALSE(is_web_url(each)) << each;
}

} // namespace
} // namespace pixmill::net
