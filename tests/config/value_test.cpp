#include "config/value.hpp"

#include <gtest/gtest.h>

namespace pixmill::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

value read(std::string_view text) {
  auto out = read_value(text);
  EXPECT_TRUE(out.found) << text << ": " << out.problem;
  return out.found.value_or(value{false});
}

std::string problem_of(std::string_view text) {
  const auto out = read_value(text);
  EXPECT_FALSE(out.found) << text;
  return out.problem;
}

TEST(Value, ReadsWords) {
  EXPECT_EQ(read("true"), value{true});
  EXPECT_EQ(read("false"), value{false});
  EXPECT_EQ(problem_of("tru"), "");
  EXPECT_EQ(problem_of("yes"), "");
}

TEST(Value, ReadsWholeNumbers) {
  EXPECT_EQ(read("0"), value{std::int64_t{0}});
  EXPECT_EQ(read("26214400"), value{std::int64_t{26'214'400}});
  EXPECT_EQ(read("-5"), value{std::int64_t{-5}});
}

TEST(Value, RefusesNumbersWithTwoMeanings) {
  EXPECT_EQ(problem_of("010"), "a number has no leading zero");
  EXPECT_EQ(problem_of("0x10"), "");
  EXPECT_EQ(problem_of("99999999999999999999"), "the number is too large");
}

TEST(Value, LeavesTheRestOfADecimalNumber) {
  EXPECT_EQ(read_value("1.5").rest, ".5");
}

TEST(Value, ReadsDurations) {
  EXPECT_EQ(read("500ms"), value{nanoseconds{500ms}});
  EXPECT_EQ(read("2s"), value{nanoseconds{2s}});
  EXPECT_EQ(read("1min"), value{nanoseconds{1min}});
  EXPECT_EQ(read("7us"), value{nanoseconds{7us}});
}

TEST(Value, RefusesUnknownUnits) {
  EXPECT_EQ(problem_of("2w"), "");
  EXPECT_EQ(problem_of("10MiB"), "");
  EXPECT_EQ(problem_of("9223372036854775807s"), "the duration is too long");
}

TEST(Value, ReadsStringsWithEscapes) {
  EXPECT_EQ(read(R"("a \"b\" \\ \n; c")"), value{"a \"b\" \\ \n; c"});
  EXPECT_EQ(problem_of("\"open"), "the string does not end on this line");
  EXPECT_EQ(problem_of(R"("\x")"),
            R"(only \n, \r, \t, \\ and \" may follow a backslash)");
}

TEST(Value, ReadsLists) {
  EXPECT_EQ(read("[]"), value{std::vector<list_item>{}});
  EXPECT_EQ(read(R"([ "a", "b" , ])"),
            (value{std::vector<list_item>{"a", "b"}}));
  EXPECT_EQ(
    read("[80,443]"),
    (value{std::vector<list_item>{std::int64_t{80}, std::int64_t{443}}}));
}

TEST(Value, RefusesBrokenLists) {
  EXPECT_EQ(problem_of("[1, 2"), "the list does not end on this line");
  EXPECT_EQ(problem_of("[1 2]"), "commas separate the members of a list");
  EXPECT_EQ(problem_of("[[1]]"), "");
  EXPECT_EQ(problem_of("[,]"), "");
}

TEST(Value, IsWrittenAsItIsRead) {
  for (const auto* text : {"true", "12", "0s", "500ms", "3min", "90s",
                           R"("a\"b\\\n")", R"(["a", "b"])", "[80, 443]", "[]"})
    EXPECT_EQ(to_text(read(text)), text);
}

} // namespace
} // namespace pixmill::config
