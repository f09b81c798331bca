#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "cli/console_frame.hpp"

namespace pixmill::cli {

/// The terminal, as ncurses has it, for as long as it lives. One at a time.
class console_display {
public:
  /// @param colours Whether to use them; what is selected stands out without.
  explicit console_display(bool colours);
  /// Gives the terminal back as it was.
  ~console_display();
  console_display(const console_display&) = delete;
  console_display& operator=(const console_display&) = delete;

  frame_size size() const;
  void show(const std::vector<frame_line>& lines);

  /// Returns the next key; nothing: none came in time, or the size changed.
  std::optional<console_key> key(std::chrono::milliseconds patience);

private:
  void show(const frame_span& span, bool marked) const;

  bool colours_;
};

} // namespace pixmill::cli
