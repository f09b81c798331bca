#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace pixmill::cli {

/// Where a verb writes. Errors go to `err` as one line that `complain` makes.
struct terminal {
  std::ostream& out;
  std::ostream& err;
  bool colours = false; ///< Whether `out` is a terminal that shows them.
};

/// How a piece of text looks on a terminal that shows colours.
enum class tint : unsigned char { plain, good, caution, bad, faint, strong };

/// Returns `text` between the codes of `how`, or as it is without `colours`.
std::string tinted(std::string_view text, tint how, bool colours);

/// Returns `text` with control characters made visible, so that what stands
/// in a file cannot steer the terminal.
std::string printable(std::string_view text);

/// Returns how many columns `text` (UTF-8) takes; one for each code point.
std::size_t columns_of(std::string_view text) noexcept;

/// Writes `pixmill: what`, on one line.
void complain(const terminal& to, std::string_view what);

/// Returns whether standard output is a terminal and `NO_COLOR` is unset.
/// @see https://no-color.org
bool wants_colours();

} // namespace pixmill::cli
