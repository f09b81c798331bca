#include "model/target.hpp"

#include <gtest/gtest.h>

namespace pixmill {
namespace {

compress_goal aim(target_kind kind, std::uint64_t value) {
  compress_goal goal;
  goal.target = kind;
  goal.value = value;
  return goal;
}

TEST(Target, HasATextForEachKind) {
  EXPECT_EQ(parse_target("50%"), aim(target_kind::ratio, 500'000));
  EXPECT_EQ(parse_target("120000"), aim(target_kind::bytes, 120'000));
  EXPECT_EQ(parse_target("120kB"), aim(target_kind::bytes, 120'000));
  EXPECT_EQ(parse_target("bytes:1MiB"), aim(target_kind::bytes, 1 << 20));
  EXPECT_EQ(parse_target("quality:50"), aim(target_kind::quality, 50));
  EXPECT_EQ(parse_target("q50"), aim(target_kind::quality, 50));
  EXPECT_EQ(parse_target("scale:25%"), aim(target_kind::scale, 250'000));
}

TEST(Target, IsRefusedOutsideItsRange) {
  for (const auto* text :
       {"", "0", "0%", "101%", "quality:0", "quality:101", "q", "q5.5", "q 5",
        "scale:0%", "scale:101%", "scale:50", "-1", "2TB", "2000GB", "fast"}) {
    const auto target = parse_target(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(code_of(target.error(), errc::none), errc::option_invalid);
    EXPECT_NE(context_of(target.error()).find(text), std::string::npos);
  }
}

TEST(Target, IsWrittenAsItIsRead) {
  for (const auto* text :
       {"50%", "12.5%", "120000", "quality:50", "scale:33.3333%"}) {
    const auto target = parse_target(text);
    ASSERT_TRUE(target) << text;
    EXPECT_EQ(to_target(*target), text);
  }
}

TEST(FormatChoice, HasAWordThatLeadsBack) {
  for (const auto* word : {"keep", "jpeg", "png", "webp", "avif", "auto"}) {
    const auto format = format_choice_from(word);
    ASSERT_TRUE(format) << word;
    EXPECT_EQ(to_string(*format), word);
  }
  EXPECT_FALSE(format_choice_from("gif"));
  EXPECT_FALSE(format_choice_from("automatic"));
}

} // namespace
} // namespace pixmill
