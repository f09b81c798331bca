#include "telemetry/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pixmill::telemetry {
namespace {

namespace fs = std::filesystem;

class Log : public testing::Test {
protected:
  void TearDown() override {
    start_log({.level = log_level::off, .json = false, .file = {}});
    fs::remove(path);
  }

  void start(log_level level, bool json) {
    ASSERT_TRUE(
      start_log({.level = level, .json = json, .file = path.string()}));
  }

  std::vector<std::string> lines() const {
    drain_log();
    std::vector<std::string> out;
    std::ifstream in{path};
    for (std::string line; std::getline(in, line);)
      out.push_back(std::move(line));
    return out;
  }

  const fs::path path =
    fs::path{testing::TempDir()}
    / (std::string{"pixmill-log-"}
       + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Log, WritesATimeALevelAndTheMessage) {
  start(log_level::info, false);
  log(log_level::warning, "the disk is full");
  ASSERT_EQ(lines().size(), 1u);
  // 2026-01-01T00:00:00.000Z warning the disk is full
  EXPECT_EQ(lines()[0].substr(23), "Z warning the disk is full");
}

TEST_F(Log, LeavesOutWhatIsLessSevere) {
  start(log_level::warning, false);
  log(log_level::info, "no");
  log(log_level::error, "yes");
  EXPECT_EQ(lines().size(), 1u);
}

// Nobody reads the pipe: who logs must not notice.
TEST_F(Log, WaitsForNobodyWhoReadsIt) {
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  start(log_level::info, false);
  for (int i = 0; i < 20'000; ++i)
    log(log_level::info, "a line that nobody takes");
  ASSERT_EQ(::fcntl(reader, F_SETFL, 0), 0);
  std::string text(64 << 10, ' ');
  std::string seen;
  for (ssize_t got = 1;
       got > 0
       && seen.find("lines that the log could not take") == seen.npos;) {
    got = ::read(reader, text.data(), text.size());
    seen.append(text, 0, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  EXPECT_NE(seen.find("dropped "), seen.npos);
  // What waits still goes out, so that the log can end.
  ASSERT_EQ(::fcntl(reader, F_SETFL, O_NONBLOCK), 0);
  std::jthread rest{[&](const std::stop_token& end) {
    std::string more(64 << 10, ' ');
    while (!end.stop_requested())
      static_cast<void>(::read(reader, more.data(), more.size()));
  }};
  drain_log();
  start_log({.level = log_level::off, .json = false, .file = {}});
  rest.request_stop();
  rest.join();
  ::close(reader);
}

// A signal that others hold would end the process there.
TEST_F(Log, TakesNoSignals) {
  start(log_level::info, false);
  log(log_level::info, "begun");
  ASSERT_EQ(lines().size(), 1u);
  const auto masks = [] {
    std::vector<std::string> out;
    for (const auto& task : fs::directory_iterator{"/proc/self/task"}) {
      if (task.path().filename() == std::to_string(::getpid()))
        continue;
      std::ifstream status{task.path() / "status"};
      for (std::string line; std::getline(status, line);)
        if (line.starts_with("SigBlk:\t"))
          out.push_back(line.substr(8));
    }
    return out;
  }();
  ASSERT_EQ(masks.size(), 1u);
  const auto blocked = std::stoull(masks[0], nullptr, 16);
  for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
    EXPECT_NE(blocked & (1ull << (each - 1)), 0u) << each;
  sigset_t own;
  sigemptyset(&own);
  pthread_sigmask(SIG_SETMASK, nullptr, &own);
  EXPECT_EQ(sigismember(&own, SIGTERM), 0);
}

TEST_F(Log, WritesOneJsonObjectALine) {
  start(log_level::info, true);
  const std::string message = "a \"quote\", a \\ and a\nnew line";
  log(log_level::info, message);
  ASSERT_EQ(lines().size(), 1u);
  const auto entry = nlohmann::json::parse(lines()[0]);
  EXPECT_EQ(entry["level"], "info");
  EXPECT_EQ(entry["message"], message);
}

TEST_F(Log, KeepsAMessageOnOneLine) {
  start(log_level::info, false);
  log(log_level::info, "one\n2026-01-01T00:00:00.000Z error forged\x1b[2J");
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_EQ(lines()[0].find('\x1b'), std::string::npos);
}

TEST_F(Log, GivesFieldsMembersOfTheirOwn) {
  start(log_level::info, true);
  {
    log_scope scope{{"request_id", "req_1"}};
    scope.add({"trace_id", ""});
    log(log_level::info, "request",
        {{"path", "/v1/\"x\""}, {"status", 202u}, {"job", ""}});
  }
  log(log_level::info, "later");
  ASSERT_EQ(lines().size(), 2u);
  const auto entry = nlohmann::json::parse(lines()[0]);
  EXPECT_EQ(entry["message"], "request");
  EXPECT_EQ(entry["path"], "/v1/\"x\"");
  EXPECT_EQ(entry["status"], 202);
  EXPECT_EQ(entry["request_id"], "req_1");
  EXPECT_FALSE(entry.contains("job"));
  EXPECT_FALSE(entry.contains("trace_id"));
  EXPECT_FALSE(nlohmann::json::parse(lines()[1]).contains("request_id"));
}

TEST_F(Log, PutsFieldsBehindTheMessageOfText) {
  start(log_level::info, false);
  const log_scope scope{{"request_id", "req_1"}};
  log(log_level::info, "hello", {{"job", "job_1"}, {"name", "a \"b\" c"}});
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_EQ(lines()[0].substr(33),
            R"(hello job=job_1 name="a \"b\" c" request_id=req_1)");
}

TEST_F(Log, WritesValidJsonWhateverTheBytes) {
  start(log_level::info, true);
  log(log_level::info, "caf\xc3\xa9 \xff\xc3 \xed\xa0\x80 \xf0\x9f\x92\xa9");
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_EQ(nlohmann::json::parse(lines()[0])["message"],
            "caf\xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd "
            "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd \xf0\x9f\x92\xa9");
}

TEST_F(Log, SaysWhenItsFileCannotBeOpened) {
  EXPECT_FALSE(start_log({.level = log_level::info,
                          .json = false,
                          .file = "/proc/nowhere/pixmill.log"}));
}

TEST(LoggableUrl, LeavesOutWhatMayBeSecret) {
  EXPECT_EQ(loggable_url("https://me:word@cdn.example/a.jpg"),
            "https://cdn.example/a.jpg");
  EXPECT_EQ(loggable_url("https://h/a?token=abc&w=3&flag#part"),
            "https://h/a?token=…&w=…&flag");
  EXPECT_EQ(loggable_url("https://h/a?x=1=2&y=3"), "https://h/a?x=…&y=…");
  EXPECT_EQ(loggable_url("https://h?a@b=c"), "https://h?a@b=…");
  EXPECT_EQ(loggable_url("photos/a.jpg"), "photos/a.jpg");
}

} // namespace
} // namespace pixmill::telemetry
