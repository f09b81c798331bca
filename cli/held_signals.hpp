#pragma once

#include <chrono>
#include <csignal>

namespace pixmill::cli {

/// While it lives, the signals that end a process wait to be asked for; every
/// thread started meanwhile inherits that.
class held_signals {
public:
  held_signals();
  ~held_signals();
  held_signals(const held_signals&) = delete;
  held_signals& operator=(const held_signals&) = delete;

  /// Waits at most `pause`; true when one of them came. It is told once.
  bool came_within(std::chrono::milliseconds pause) const;

private:
  sigset_t held_{};
  sigset_t before_{};
};

} // namespace pixmill::cli
