#include "config/schema.hpp"

#include <set>

#include <gtest/gtest.h>

namespace pixmill::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

const setting& known(std::string_view section, std::string_view key) {
  const auto* which = find_setting(section, key);
  EXPECT_NE(which, nullptr) << section << '.' << key;
  return *which;
}

TEST(Schema, AcceptsEveryDefault) {
  const settings defaults;
  for (const auto& which : schema())
    EXPECT_TRUE(accepts(which, which.current(defaults)))
      << which.section << '.' << which.key << " = " << shown(which, defaults);
}

TEST(Schema, StoresEveryValueWhereItReadsItBack) {
  for (const auto& which : schema()) {
    settings target;
    which.assign(target, which.current(settings{}));
    EXPECT_EQ(which.current(target), which.current(settings{})) << which.key;
  }
}

TEST(Schema, KeepsEachSettingInAPlaceOfItsOwn) {
  for (const auto& which : schema()) {
    if (which.kind != value_kind::number && which.kind != value_kind::bytes)
      continue;
    settings target;
    const auto before = std::get<std::int64_t>(which.current(target));
    const auto other = before == which.highest ? which.lowest : which.highest;
    which.assign(target, value{other});
    for (const auto& each : schema())
      EXPECT_EQ(each.current(target) != each.current(settings{}),
                &each == &which)
        << which.key << " changes " << each.key;
  }
}

TEST(Schema, NamesNothingTwice) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& which : schema()) {
    EXPECT_TRUE(seen.emplace(which.section, which.key).second) << which.key;
    EXPECT_FALSE(which.doc.empty()) << which.key;
  }
}

TEST(Schema, RefusesWhatIsOutOfRange) {
  const auto& number = known("fetch", "per-origin");
  EXPECT_TRUE(accepts(number, value{std::int64_t{256}}));
  EXPECT_FALSE(accepts(number, value{std::int64_t{257}}));
  EXPECT_FALSE(accepts(number, value{std::int64_t{0}}));
  EXPECT_FALSE(accepts(number, value{std::int64_t{-1}}));
  EXPECT_EQ(allowed(number), "a whole number from 1 to 256");
}

TEST(Schema, RefusesTheWrongType) {
  EXPECT_FALSE(accepts(known("fetch", "per-origin"), value{"6"}));
  EXPECT_FALSE(accepts(known("fetch", "per-origin"), value{true}));
  EXPECT_FALSE(accepts(known("log", "json"), value{std::int64_t{1}}));
  EXPECT_FALSE(accepts(known("log", "file"), value{std::int64_t{1}}));
  EXPECT_FALSE(accepts(known("fetch", "allow-ports"), value{"80"}));
  EXPECT_FALSE(
    accepts(known("fetch", "total-timeout"), value{std::int64_t{60}}));
}

TEST(Schema, AsksForDurationsInWholeSteps) {
  const auto& seconds = known("fetch", "low-speed-time");
  EXPECT_TRUE(accepts(seconds, value{nanoseconds{2s}}));
  EXPECT_FALSE(accepts(seconds, value{nanoseconds{1500ms}}));
  EXPECT_EQ(allowed(seconds), "a duration from 1s to 10min in steps of 1s");
}

TEST(Schema, ChecksTheMembersOfLists) {
  const auto& ports = known("fetch", "allow-ports");
  EXPECT_TRUE(accepts(ports, value{std::vector<list_item>{
                               std::int64_t{1}, std::int64_t{65535}}}));
  EXPECT_FALSE(
    accepts(ports, value{std::vector<list_item>{std::int64_t{65536}}}));
  EXPECT_FALSE(accepts(ports, value{std::vector<list_item>{"80"}}));
  const auto& ranges = known("fetch", "allow-cidrs");
  EXPECT_TRUE(
    accepts(ranges, value{std::vector<list_item>{"10.0.0.0/8", "fd00::/8"}}));
  for (const auto* bad : {"10.0.0.0", "10.0.0.0/33", "example.com", ""})
    EXPECT_FALSE(accepts(ranges, value{std::vector<list_item>{bad}})) << bad;
}

TEST(Schema, AsksForOneOfTheKnownWords) {
  const auto& level = known("log", "level");
  EXPECT_TRUE(accepts(level, value{"warning"}));
  EXPECT_FALSE(accepts(level, value{"warn"}));
  EXPECT_EQ(allowed(level),
            R"(one of "debug", "info", "warning", "error", "off")");
}

TEST(Schema, RefusesEmptyFolders) {
  EXPECT_FALSE(accepts(known("store", "journal"), value{""}));
  EXPECT_FALSE(
    accepts(known("store", "journal"), value{std::string("a\0b", 3)}));
  EXPECT_TRUE(accepts(known("log", "file"), value{""}));
}

TEST(Schema, MasksSecrets) {
  auto secret = known("log", "file");
  secret.secret = true;
  settings values;
  EXPECT_EQ(shown(secret, values), "\"\"");
  values.log.file = "hunter2";
  EXPECT_EQ(shown(secret, values), "\"********\"");
}

} // namespace
} // namespace pixmill::config
