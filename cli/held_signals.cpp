#include "cli/held_signals.hpp"

#include <ctime>

namespace pixmill::cli {

held_signals::held_signals() {
  sigemptyset(&held_);
  sigaddset(&held_, SIGINT);
  sigaddset(&held_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &held_, &before_);
}

held_signals::~held_signals() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool held_signals::came_within(std::chrono::milliseconds pause) const {
  const auto whole = std::chrono::floor<std::chrono::seconds>(pause);
  const std::chrono::nanoseconds rest = pause - whole;
  const timespec time{.tv_sec = whole.count(), .tv_nsec = rest.count()};
  return sigtimedwait(&held_, nullptr, &time) > 0;
}

} // namespace pixmill::cli
