#include "cli/held_signals.hpp"

#include <gtest/gtest.h>

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;

TEST(HeldSignals, TellOnceThatOneCame) {
  const held_signals signals;
  EXPECT_FALSE(signals.came_within(0ms));
  std::raise(SIGINT);
  EXPECT_TRUE(signals.came_within(1500ms));
  EXPECT_FALSE(signals.came_within(1ms));
}

TEST(HeldSignals, GiveTheMaskBack) {
  { const held_signals signals; }
  sigset_t now;
  sigemptyset(&now);
  pthread_sigmask(SIG_SETMASK, nullptr, &now);
  EXPECT_EQ(sigismember(&now, SIGINT), 0);
}

} // namespace
} // namespace pixmill::cli
