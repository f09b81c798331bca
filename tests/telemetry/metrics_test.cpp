#include "telemetry/metrics.hpp"

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

} // namespace
} // namespace pixmill::telemetry
