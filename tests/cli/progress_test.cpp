#include "cli/progress.hpp"

#include <gtest/gtest.h>

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;

job_counters some() {
  job_counters out;
  out.done = 3;
  out.failed = 1;
  out.bytes_in = 2'000'000;
  out.bytes_out = 1'000'000;
  out.failures["http_404"] = 1;
  return out;
}

TEST(ProgressLine, TellsHowFarAndHowFast) {
  EXPECT_EQ(progress_line(some(), 8, 2.0),
            "[############............] 4/8  2.0 img/s  2.00 MB -> 1.00 MB "
            "(50.0 %)  1 failed  ETA 2.0 s");
}

TEST(ProgressLine, PromisesNothingWithoutARate) {
  EXPECT_EQ(progress_line({}, 8, 0), "[........................] 0/8  0 B");
}

TEST(ProgressLine, StandsMoreAnswersThanSlots) {
  EXPECT_EQ(progress_line(some(), 2, 0).substr(0, 26),
            "[########################]");
}

TEST(RateMeter, LooksBackFiveSeconds) {
  rate_meter meter;
  const rate_meter::clock::time_point start{};
  EXPECT_EQ(meter.per_second(), 0);
  meter.note(start, 0);
  meter.note(start + 10s, 100);
  meter.note(start + 20s, 300);
  EXPECT_DOUBLE_EQ(meter.per_second(), 20);
}

TEST(RateMeter, KnowsNoRateWhenARetryTookOutcomesBack) {
  rate_meter meter;
  meter.note({}, 10);
  meter.note(rate_meter::clock::time_point{1s}, 4);
  EXPECT_EQ(meter.per_second(), 0);
}

TEST(Summary, TellsWhatIsKnown) {
  EXPECT_EQ(summary({.id = "job_1",
                     .state = job_state::failed,
                     .why = "deadline: over",
                     .totals = {.rows = 2, .slots = 4, .unique = 3},
                     .counters = some()},
                    2.0),
            "job_1 failed (deadline: over)\n"
            "  images      4 in 2 rows, 3 different\n"
            "  compressed  3\n"
            "  failed      1 (http_404 1)\n"
            "  bytes       2.00 MB -> 1.00 MB (50.0 %)\n"
            "  time        2.0 s\n");
}

TEST(Summary, LeavesOutWhatIsNot) {
  EXPECT_EQ(summary({.id = "job_\x1b[2J",
                     .state = job_state::queued,
                     .why = {},
                     .totals = {.rows = 0, .slots = 4, .unique = 0},
                     .counters = {}},
                    {}),
            "job_�[2J queued\n"
            "  images      4\n"
            "  compressed  0\n"
            "  bytes       0 B\n");
}

} // namespace
} // namespace pixmill::cli
