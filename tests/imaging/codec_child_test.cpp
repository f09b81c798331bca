#include "imaging/codec_child.hpp"

#include <array>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

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

TEST(CodecWire, TellsSilenceFromTheEnd) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()), 0);
  const timeval soon{.tv_sec = 0, .tv_usec = 1'000};
  ASSERT_EQ(::setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon)),
            0);
  char byte = 0;
  EXPECT_TRUE(receive_packet(ends[0], &byte, 1).timed_out);
  ASSERT_TRUE(send_packet(ends[1], "x", 1));
  const auto got = receive_packet(ends[0], &byte, 1);
  EXPECT_FALSE(got.timed_out);
  EXPECT_EQ(got.size, 1u);
  ::close(ends[1]);
  const auto gone = receive_packet(ends[0], &byte, 1);
  EXPECT_FALSE(gone.timed_out);
  EXPECT_EQ(gone.size, 0u);
  ::close(ends[0]);
}

} // namespace
} // namespace pixmill::imaging
