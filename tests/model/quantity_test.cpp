#include "model/quantity.hpp"

#include <gtest/gtest.h>

namespace pixmill {
namespace {

using namespace std::chrono_literals;

TEST(Percent, IsReadInPartsPerMillion) {
  EXPECT_EQ(parse_percent("50%"), 500'000u);
  EXPECT_EQ(parse_percent("12.5%"), 125'000u);
  EXPECT_EQ(parse_percent("0.0001%"), 1u);
  EXPECT_EQ(parse_percent("100%"), 1'000'000u);
}

TEST(Percent, IsRefusedWhenItIsAnythingElse) {
  for (const auto* text :
       {"", "%", "50", "50 %", "-5%", "+5%", "5.%", ".5%", "0.00001%", "1e2%",
        "10001%", "50%x", "99999999999999999999%"})
    EXPECT_FALSE(parse_percent(text)) << text;
}

TEST(Percent, IsWrittenAsItIsRead) {
  EXPECT_EQ(to_percent(500'000), "50%");
  EXPECT_EQ(to_percent(125'000), "12.5%");
  EXPECT_EQ(to_percent(1), "0.0001%");
  for (std::uint32_t ppm = 0; ppm <= 1'000'000; ppm += 7)
    ASSERT_EQ(parse_percent(to_percent(ppm)), ppm);
}

TEST(Bytes, TakeDecimalAndBinaryUnits) {
  EXPECT_EQ(parse_bytes("120000"), 120'000u);
  EXPECT_EQ(parse_bytes("120kB"), 120'000u);
  EXPECT_EQ(parse_bytes("120 KB"), 120'000u);
  EXPECT_EQ(parse_bytes("1.5MB"), 1'500'000u);
  EXPECT_EQ(parse_bytes("2MiB"), 2u << 20);
  EXPECT_EQ(parse_bytes("0.5KiB"), 512u);
  EXPECT_EQ(parse_bytes("7b"), 7u);
}

TEST(Bytes, AreRefusedWhenTheyAreAnythingElse) {
  for (const auto* text : {"", "kB", "-1", "1kBx", "1  kB", "1TB", "1.kB",
                           "18446744073709551616", "18446744073709551615GB"})
    EXPECT_FALSE(parse_bytes(text)) << text;
}

TEST(Duration, CountsSecondsWithoutUnit) {
  EXPECT_EQ(parse_duration("90"), 90s);
  EXPECT_EQ(parse_duration("90s"), 90s);
  EXPECT_EQ(parse_duration("30m"), 30min);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("1d"), 24h);
  EXPECT_EQ(parse_duration("1.5h"), 90min);
}

TEST(Duration, IsRefusedWhenItIsAnythingElse) {
  for (const auto* text : {"", "h", "-1s", "1w", "1h30m", "99999999999"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

} // namespace
} // namespace pixmill
