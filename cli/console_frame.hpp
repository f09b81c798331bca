#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/console_model.hpp"

namespace pixmill::cli {

/// A piece of a line on the screen.
struct frame_span {
  std::string text; ///< Printable.
  tint how = tint::plain;
};

/// A line on the screen.
struct frame_line {
  std::vector<frame_span> spans;
  bool marked = false; ///< The selected row, or a bar: shown inverted.
};

/// How large a terminal is, in columns and lines.
struct frame_size {
  std::size_t width = 80;
  std::size_t height = 24;
};

/// Returns the whole screen: at most `size.height` lines, none of them longer
/// than `size.width` columns.
/// @param model Is told how many rows fit.
std::vector<frame_line> compose(console_model& model, const std::string& server,
                                frame_size size,
                                console_model::clock::time_point now);

/// Returns the text of a line, without how it looks.
std::string text_of(const frame_line& line);

} // namespace pixmill::cli
