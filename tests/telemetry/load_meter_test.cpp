#include "telemetry/load_meter.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace pixmill::telemetry {
namespace {

TEST(LoadMeter, KnowsNothingAtFirst) {
  load_meter meter;
  EXPECT_EQ(meter.cpu_ppm(), 0u);
}

TEST(LoadMeter, TellsAShareOfTheMachine) {
  load_meter meter;
  meter.cpu_ppm();
  EXPECT_LE(meter.cpu_ppm(), 1'000'000u);
}

TEST(LoadMeter, CountsTheMemoryOfThisProcess) {
  const auto before = load_meter::memory_bytes();
  EXPECT_GT(before, 1u << 20);
  constexpr std::size_t size = 64u << 20;
  const std::vector<char> touched(size, 'x');
  EXPECT_GT(load_meter::memory_bytes(), before + size / 2);
  EXPECT_EQ(touched.back(), 'x');
}

} // namespace
} // namespace pixmill::telemetry
