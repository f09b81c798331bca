#include "cli/service_json.hpp"

#include <gtest/gtest.h>

namespace pixmill::cli {
namespace {

TEST(JobAnswer, IsNoOtherAnswer) {
  for (const auto* text :
       {"", "[]", "7", "null", "{", "{}", R"({"id":"j"})",
        R"({"id":7,"state":"running"})", R"({"id":"j","state":"dancing"})"})
    EXPECT_FALSE(read_job(text)) << text;
}

TEST(JobAnswer, KnowsEveryState) {
  for (int i = 0; i <= static_cast<int>(job_state::canceled); ++i) {
    const auto state = static_cast<job_state>(i);
    const auto job = read_job(R"({"id":"j","state":")"
                              + std::string{to_string(state)} + "\"}");
    ASSERT_TRUE(job) << to_string(state);
    EXPECT_EQ(job->figures.state, state);
  }
}

TEST(JobAnswer, TakesWrongTypesForNotSaid) {
  const auto job = read_job(
    R"({"id":"j","state":"running","name":7,"rows":-1,"attempt":"x",)"
    R"("progress":[1],"bytes":{"in":1.5,"out":null},"failures":"many",)"
    R"("rate":{"images_per_s":"fast"},"warnings":[7,{"slot":-4}],)"
    R"("error":["x"]})");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->name, "");
  EXPECT_EQ(job->figures.why, "");
  EXPECT_EQ(job->figures.totals, job_totals{});
  EXPECT_EQ(job->figures.counters, job_counters{});
  EXPECT_EQ(job->images_per_s, 0);
  ASSERT_EQ(job->sheet.warnings.size(), 2u);
  EXPECT_EQ(job->sheet.warnings[1].slot, -1);
  EXPECT_EQ(job->sheet.warnings_total, 2u);
}

TEST(JobAnswer, KeepsNumbersInTheirRange) {
  const auto job =
    read_job(R"({"id":"j","state":"running","rows":18446744073709551615})");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->figures.totals.rows, 4'294'967'295u);
}

TEST(JobPage, IsAListUnderAnyName) {
  const auto page = read_job_page(R"({"next_cursor":"n","items":[{"id":"j",)"
                                  R"("state":"queued"}]})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->jobs.size(), 1u);
  EXPECT_EQ(page->next_cursor, "n");
  EXPECT_FALSE(read_job_page("[]"));
  EXPECT_FALSE(read_job_page("{}"));
  EXPECT_FALSE(read_job_page(R"({"items":[7]})"));
}

TEST(Problem, IsOneLineWhateverTheServerSends) {
  EXPECT_EQ(read_problem("<html>", 502).line(), "the server answers HTTP 502");
  EXPECT_EQ(read_problem(R"({"title":"T"})", 400).line(), "T");
  EXPECT_EQ(read_problem(R"({"title":"T","code":"c"})", 400).line(), "T (c)");
  EXPECT_EQ(
    read_problem(R"({"title":"T","detail":"D","code":"c"})", 400).line(),
    "T: D (c)");
}

TEST(Problem, CountsErrorsThatItDoesNotList) {
  const auto why =
    read_problem(R"({"errors_total":9,"errors":[{"code":"no-rows"}]})", 422);
  EXPECT_EQ(why.sheet.errors_total, 9u);
  ASSERT_EQ(why.sheet.errors.size(), 1u);
  EXPECT_EQ(why.sheet.errors[0].code, "no-rows");
  EXPECT_FALSE(why.sheet.errors[0].warning);
}

} // namespace
} // namespace pixmill::cli
