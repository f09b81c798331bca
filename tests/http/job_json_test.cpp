#include "http/job_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http/problem.hpp"
#include "model/errc.hpp"

namespace pixmill::http {
namespace {

using nlohmann::json;

actors::job_status running_job() {
  actors::job_status out;
  out.record.id = "job_1";
  out.record.options.name = "spring \xff";
  out.record.state = job_state::running;
  out.record.totals = {.rows = 4, .slots = 10, .unique = 9};
  out.record.created_at = 1'000;
  out.record.started_at = 2'000;
  out.counters.done = 3;
  out.counters.failed = 1;
  out.counters.bytes_in = 1'000;
  out.counters.bytes_out = 470;
  out.counters.failures = {{"http_404", 1}};
  out.active = 2;
  out.pending = 4;
  return out;
}

TEST(JobJson, SaysWhatAJobWaitsFor) {
  auto job = running_job();
  EXPECT_FALSE(json::parse(to_json(job, 4'000)).contains("waiting_for"));
  job.waits_for = "a node that writes avif";
  EXPECT_EQ(json::parse(to_json(job, 4'000))["waiting_for"],
            "a node that writes avif");
}

TEST(JobJson, TellsAStatusAsTheContractSays) {
  const auto status = json::parse(to_json(running_job(), 4'000));
  EXPECT_EQ(status["state"], "running");
  EXPECT_EQ(status["created_at"], "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(status["finished_at"], nullptr);
  EXPECT_EQ(status["bytes"]["saved_ratio"], 0.53);
  EXPECT_EQ(status["rate"]["images_per_s"], 2.0);
  EXPECT_EQ(status["eta_s"], 3);
  EXPECT_EQ(status["failures"]["http_404"], 1);
  EXPECT_EQ(status["links"]["results_csv"], "/v1/jobs/job_1/results.csv");
}

TEST(JobJson, CountsSumToTheTotal) {
  const auto progress = json::parse(to_json(running_job(), 4'000))["progress"];
  std::uint64_t sum = 0;
  for (const auto& [name, count] : progress.items())
    if (name != "total")
      sum += count.get<std::uint64_t>();
  EXPECT_EQ(sum, progress["total"]);
}

TEST(JobJson, PromisesNoTimeWithoutARate) {
  auto job = running_job();
  job.record.started_at = 0;
  EXPECT_EQ(json::parse(to_json(job, 4'000))["eta_s"], nullptr);
}

TEST(JobJson, EndsAPageWithItsCursor) {
  const std::vector page{running_job()};
  EXPECT_EQ(json::parse(to_json(page, 4'000, "job_1"))["next_cursor"], "job_1");
  const auto last = json::parse(to_json(page, 4'000, ""));
  EXPECT_EQ(last["next_cursor"], nullptr);
  ASSERT_EQ(last["jobs"].size(), 1u);
  EXPECT_EQ(last["jobs"][0]["progress"]["done"], 3);
}

TEST(Problem, GivesErrorsTheirStatus) {
  EXPECT_EQ(problem_of(make_error(errc::no_such_job, "x")).status, 404);
  EXPECT_EQ(problem_of(make_error(errc::wrong_state, "x")).status, 409);
  EXPECT_EQ(problem_of(make_error(errc::option_invalid, "x")).status, 422);
  EXPECT_EQ(problem_of(make_error(errc::too_large, "x")).status, 413);
  EXPECT_EQ(problem_of(make_error(errc::disk_full, "x")).status, 507);
  EXPECT_GT(problem_of(make_error(errc::disk_full, "x")).retry_after_s, 0);
  EXPECT_EQ(problem_of(make_error(errc::decode, "x")).status, 500);
}

TEST(Problem, TakesMembersIn) {
  const problem what{422, "csv-invalid", "Title", "detail \xff", 0};
  const auto body = json::parse(to_json(what, R"("errors_total":2)"));
  EXPECT_EQ(body["type"], "/problems/csv-invalid");
  EXPECT_EQ(body["code"], "csv-invalid");
  EXPECT_EQ(body["errors_total"], 2);
}

} // namespace
} // namespace pixmill::http
