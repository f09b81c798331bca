#include "cli/client_results.hpp"

#include <sstream>

#include "tests/cli/client_calling.hpp"

namespace pixmill::cli {
namespace {

class Results : public client_calling {
protected:
  results_options options() const {
    results_options out;
    out.id = "job_1";
    return out;
  }

  results_options to_file() const {
    auto out = options();
    out.out = (folder.path() / "r.csv").string();
    return out;
  }

  std::string written() const {
    std::ifstream in{folder.path() / "r.csv"};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  std::size_t files() const {
    using iterator = std::filesystem::directory_iterator;
    return static_cast<std::size_t>(
      std::distance(iterator{folder.path()}, iterator{}));
  }
};

TEST_F(Results, GoToStandardOutput) {
  fake.on("GET /v1/jobs/job_1/results.csv", {{"200 OK", "a,b\n"}});
  EXPECT_EQ(call(options()), exit_ok);
  EXPECT_EQ(out(), "a,b\n");
}

TEST_F(Results, GoToAFile) {
  fake.on("GET /v1/jobs/job_1/results.csv", {{"200 OK", "a,b\n"}});
  folder.write("r.csv", "an earlier one");
  EXPECT_EQ(call(to_file()), exit_ok) << err();
  EXPECT_EQ(written(), "a,b\n");
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(out(), to_file().out + ": 4 B\n");
}

TEST_F(Results, ComeInEveryFormat) {
  const std::pair<results_format, const char*> formats[] = {
    {results_format::csv, "results.csv"},
    {results_format::jsonl, "results.jsonl"},
    {results_format::zip, "results.zip"},
    {results_format::failed, "failed.csv"}};
  for (const auto& [format, name] : formats) {
    auto wanted = options();
    wanted.format = format;
    fake.on("GET /v1/jobs/job_1/" + std::string{name}, {{"200 OK", name}});
    EXPECT_EQ(call(wanted), exit_ok);
    EXPECT_EQ(out(), name);
  }
}

TEST_F(Results, ComeInPartAndInFull) {
  auto wanted = options();
  wanted.partial = true;
  fake.on("GET /v1/jobs/job_1/results.csv?partial=true", {{"200 OK", "p"}});
  EXPECT_EQ(call(wanted), exit_ok);
  wanted.report_full = true;
  fake.on("GET /v1/jobs/job_1/results.csv?report=full&partial=true",
          {{"200 OK", "f"}});
  EXPECT_EQ(call(wanted), exit_ok);
  EXPECT_EQ(out(), "f");
}

TEST_F(Results, AreNotThereBeforeTheEnd) {
  fake.on("GET /v1/jobs/job_1/results.csv",
          {{"409 Conflict", R"({"title":"Not yet","code":"not-finished"})"}});
  folder.write("r.csv", "an earlier one");
  EXPECT_EQ(call(to_file()), exit_usage);
  EXPECT_EQ(err(), "pixmill: job_1 has not finished: pixmill watch waits for "
                   "it, --partial takes what there is (not-finished)\n");
  EXPECT_EQ(written(), "an earlier one");
  EXPECT_EQ(files(), 1u);
}

TEST_F(Results, LeaveNoHalfFile) {
  fake.on("GET /v1/jobs/job_1/results.csv",
          {{.status = "200 OK", .body = "half", .cut = true}});
  EXPECT_EQ(call(to_file()), exit_no_server);
  EXPECT_EQ(files(), 0u);
}

TEST_F(Results, ReplaceNothingButFiles) {
  auto wanted = to_file();
  wanted.out = folder.path().string();
  EXPECT_EQ(call(wanted), exit_job_failed);
  EXPECT_EQ(err(), "pixmill: " + wanted.out + ": not a regular file\n");
  wanted.out = "/nonexistent/r.csv";
  EXPECT_EQ(call(wanted), exit_job_failed);
  EXPECT_TRUE(fake.requests().empty());
}

TEST_F(Results, FloodNoTerminal) {
  auto wanted = options();
  wanted.format = results_format::zip;
  EXPECT_EQ(call(wanted, true), exit_usage);
  EXPECT_TRUE(fake.requests().empty());
}

} // namespace
} // namespace pixmill::cli
