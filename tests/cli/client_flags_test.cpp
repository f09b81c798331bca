#include "cli/client_flags.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "cli/command_line.hpp"

namespace pixmill::cli {
namespace {

using parse_result = std::variant<command_line, early_end>;

parse_result parse(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> words;
  for (std::string word; in >> word;)
    words.push_back(word);
  return parse_command_line(words);
}

template <class Options>
Options parsed(const std::string& text) {
  auto out = parse(text);
  if (const auto* end = std::get_if<early_end>(&out)) {
    ADD_FAILURE() << text << ": " << end->complaint;
    return {};
  }
  return std::get<Options>(
    std::get<client_options>(std::get<command_line>(out).verb));
}

std::string complaint_about(const std::string& text) {
  auto out = parse(text);
  const auto* end = std::get_if<early_end>(&out);
  EXPECT_NE(end, nullptr) << text;
  return end == nullptr ? std::string{} : end->complaint;
}

TEST(ClientFlags, GiveSubmitTheOptionsOfAJob) {
  const auto submit = parsed<submit_options>(
    "submit a.csv --wait --name n --quality 60 --floor 0.9 --format webp "
    "--max-edge 800 --on-invalid skip --assume-https --urls-column U "
    "--max-failure-ratio 20% --deadline 2h --priority -5 --webhook "
    "https://x.example --url http://s.example --json");
  EXPECT_EQ(submit.csv, "a.csv");
  EXPECT_TRUE(submit.wait);
  EXPECT_EQ(submit.name, "n");
  EXPECT_EQ(submit.target, "quality:60");
  EXPECT_EQ(submit.floor, "0.9");
  EXPECT_EQ(submit.format, "webp");
  EXPECT_EQ(submit.max_edge, 800u);
  EXPECT_TRUE(submit.skip_invalid);
  EXPECT_TRUE(submit.assume_https);
  EXPECT_EQ(submit.urls_column, "U");
  EXPECT_EQ(submit.max_failure_ratio, "20%");
  EXPECT_EQ(submit.deadline, "2h");
  EXPECT_EQ(submit.priority, -5);
  EXPECT_EQ(submit.webhook, "https://x.example");
  EXPECT_EQ(submit.url, "http://s.example");
  EXPECT_TRUE(submit.json);
}

TEST(ClientFlags, NameAJob) {
  EXPECT_EQ(parsed<status_options>("status job_1").id, "job_1");
  EXPECT_EQ(parsed<watch_options>("watch job_1 --url http://s").url,
            "http://s");
  EXPECT_TRUE(parsed<status_options>("status job_1 --json").json);
  for (const std::string verb : {"cancel", "pause", "resume"}) {
    const auto steer = parsed<steer_options>(verb + " job_1");
    EXPECT_EQ(steer.verb, verb);
    EXPECT_EQ(steer.id, "job_1");
  }
}

TEST(ClientFlags, SayWhichResults) {
  const auto plain = parsed<results_options>("results job_1");
  EXPECT_EQ(plain.format, results_format::csv);
  EXPECT_EQ(plain.out, "");
  EXPECT_FALSE(plain.report_full);
  EXPECT_FALSE(plain.partial);
  const auto results = parsed<results_options>(
    "results job_1 --out r.zip --format zip --report full --partial");
  EXPECT_EQ(results.format, results_format::zip);
  EXPECT_EQ(results.out, "r.zip");
  EXPECT_TRUE(results.report_full);
  EXPECT_TRUE(results.partial);
  EXPECT_EQ(parsed<results_options>("results job_1 --format failed").format,
            results_format::failed);
}

TEST(ClientFlags, SayWhatToRetry) {
  const auto retry = parsed<retry_options>(
    "retry --code timeout --code http_503 --host x.example --limit 5 job_1");
  EXPECT_EQ(retry.id, "job_1");
  EXPECT_EQ(retry.codes, (std::vector<std::string>{"timeout", "http_503"}));
  EXPECT_EQ(retry.hosts, std::vector<std::string>{"x.example"});
  EXPECT_EQ(retry.limit, 5u);
}

TEST(ClientFlags, SayWhatToList) {
  const auto list = parsed<list_options>("ls --state failed --name spring");
  EXPECT_EQ(list.state, "failed");
  EXPECT_EQ(list.name, "spring");
}

TEST(ClientFlags, RefuseWhatDoesNotFit) {
  EXPECT_EQ(complaint_about("status"), "ID is required");
  EXPECT_EQ(complaint_about("submit"), "FILE is required");
  EXPECT_NE(complaint_about("submit a.csv --priority 11"), "");
  EXPECT_NE(complaint_about("submit a.csv --retry-failed"), "");
  EXPECT_NE(complaint_about("results job_1 --format tar"), "");
  EXPECT_NE(complaint_about("retry job_1 --limit 0"), "");
  EXPECT_NE(complaint_about("ls --state done"), "");
  EXPECT_NE(complaint_about("status job_1 --token x"), "");
}

} // namespace
} // namespace pixmill::cli
