#include "imaging/codec_child.hpp"

#include <sys/resource.h>

#include <gtest/gtest.h>

namespace pixmill::imaging {
namespace {

using namespace std::chrono_literals;

TEST(CodecChild, MayUseTheProcessorForOneImageAtATime) {
  auto child = codec_child::start(PIXMILL_CODEC_STAND_IN);
  ASSERT_TRUE(child);
  caf::expected<compressed_image> result{compressed_image{}};
  ASSERT_EQ(child->ask({}, std::string(64, 'a'), 2'500ms, result),
            codec_answer::replied);
  rlimit found{};
  ASSERT_EQ(::prlimit(child->pid(), RLIMIT_CPU, nullptr, &found), 0);
  // What it had used, which is next to nothing, and four seconds more.
  EXPECT_GE(found.rlim_cur, 4u);
  EXPECT_LE(found.rlim_cur, 6u);
}

} // namespace
} // namespace pixmill::imaging
