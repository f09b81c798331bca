#include "model/trace_parent.hpp"

#include <gtest/gtest.h>

namespace pixmill {
namespace {

constexpr auto given =
  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(TraceParent, IsReadAsTheStandardSays) {
  const auto parsed = trace_parent::parse(given);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->str(), given);
  EXPECT_EQ(parsed->trace_id(), "0af7651916cd43dd8448eb211c80319c");
}

TEST(TraceParent, IsRefusedInAnyOtherForm) {
  for (const auto* wrong :
       {"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
        "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333\r-01"})
    EXPECT_FALSE(trace_parent::parse(wrong)) << wrong;
}

TEST(TraceParent, OfALaterVersionKeepsWhatThisOneKnows) {
  const auto parsed = trace_parent::parse(
    "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->str(), given);
}

TEST(TraceParent, HasChildrenInTheSameTrace) {
  const auto parsed = trace_parent::parse(given);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->child(0x1f).str(),
            "00-0af7651916cd43dd8448eb211c80319c-000000000000001f-01");
  EXPECT_TRUE(trace_parent::parse(parsed->child(0).str()));
}

} // namespace
} // namespace pixmill
