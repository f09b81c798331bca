#include "telemetry/metrics.hpp"

#include <ctime>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "telemetry/actor_registry.hpp"

namespace pixmill::telemetry {
namespace {

using namespace std::chrono_literals;

bool has(const metric_page& page, const std::string& line) {
  return ("\n" + page.text()).find("\n" + line + "\n") != std::string::npos;
}

TEST(MetricPage, WritesValuesUnderTheirNames) {
  metric_page page;
  page.gauge("pixmill_jobs", "Jobs.", 3, {{"state", "running"}});
  page.gauge("pixmill_jobs", "Jobs.", 1, {{"state", "paused"}});
  page.counter("pixmill_bytes_total", "Bytes.", 5e9);
  EXPECT_TRUE(has(page, "# TYPE pixmill_jobs gauge"));
  EXPECT_TRUE(has(page, R"(pixmill_jobs{state="running"} 3)"));
  EXPECT_TRUE(has(page, R"(pixmill_jobs{state="paused"} 1)"));
  EXPECT_TRUE(has(page, "# TYPE pixmill_bytes_total counter"));
  EXPECT_TRUE(has(page, "pixmill_bytes_total 5000000000"));
  const auto text = page.text();
  EXPECT_EQ(text.find("# TYPE pixmill_jobs"),
            text.rfind("# TYPE pixmill_jobs"));
}

TEST(MetricPage, CountsDurationsByLength) {
  latency_histogram took;
  took.count(500us);
  took.count(501us);
  took.count(1h);
  metric_page page;
  page.histogram("took_seconds", "Time.", took);
  EXPECT_TRUE(has(page, R"(took_seconds_bucket{le="0.0005"} 1)"));
  EXPECT_TRUE(has(page, R"(took_seconds_bucket{le="0.001"} 2)"));
  EXPECT_TRUE(has(page, R"(took_seconds_bucket{le="30"} 2)"));
  EXPECT_TRUE(has(page, R"(took_seconds_bucket{le="+Inf"} 3)"));
  EXPECT_TRUE(has(page, "took_seconds_count 3"));
}

TEST(MetricPage, TellsOfThisProcess) {
  const actor_record actor{actor_kind::row, 1, 0, "row"};
  metric_page page;
  add_process_metrics(page);
  add_actor_metrics(page);
  EXPECT_TRUE(has(page, R"(pixmill_actors{kind="row"} 1)"));
  EXPECT_TRUE(
    has(page, R"(pixmill_build_info{version=")" PIXMILL_VERSION R"("} 1)"));
  const auto text = page.text();
  const auto value = [&](const std::string& name) {
    const auto at = text.find("\n" + name + " ");
    return at == text.npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  };
  EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value("process_open_fds"), 2);
  const auto now = std::chrono::duration<double>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count();
  EXPECT_NEAR(value("process_start_time_seconds"), now, 600);
}

TEST(ProcessCpu, CountsWhatChildrenUseWhileTheyLiveAndAfter) {
  const auto before = process_cpu_us();
  int ready[2];
  int end[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(end), 0);
  const auto child = ::fork();
  if (child == 0) {
    timespec used{};
    while (used.tv_nsec < 60'000'000 && used.tv_sec == 0)
      ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    char byte = 0;
    _exit(::write(ready[1], &byte, 1) == 1 && ::read(end[0], &byte, 1) == 1
            ? 0
            : 1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_GE(process_cpu_us(), before + 40'000); // The kernel counts in 10 ms.
  ASSERT_EQ(::write(end[1], &byte, 1), 1);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_GE(process_cpu_us(), before + 40'000);
  for (const auto file : {ready[0], ready[1], end[0], end[1]})
    ::close(file);
}

} // namespace
} // namespace pixmill::telemetry
