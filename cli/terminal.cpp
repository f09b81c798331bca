#include "cli/terminal.hpp"

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include <unistd.h>

namespace pixmill::cli {
namespace {

std::string_view code_of(tint how) noexcept {
  switch (how) {
  case tint::plain:
    return {};
  case tint::good:
    return "\x1b[32m";
  case tint::caution:
    return "\x1b[33m";
  case tint::bad:
    return "\x1b[31m";
  case tint::faint:
    return "\x1b[2m";
  case tint::strong:
    return "\x1b[1m";
  }
  return {};
}

} // namespace

std::string tinted(std::string_view text, tint how, bool colours) {
  if (!colours || how == tint::plain)
    return std::string{text};
  return std::string{code_of(how)} + std::string{text} + "\x1b[0m";
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters as well: C2 80 to C2 9F.
    const bool high_control = byte == 0xc2 && i + 1 < text.size()
                              && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (byte == '\n') {
      out += "↵";
    } else if (byte == '\t') {
      out += ' ';
    } else if (byte < 0x20 || byte == 0x7f || high_control) {
      out += "�";
      i += high_control ? 1 : 0;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::size_t columns_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(
    std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

void complain(const terminal& to, std::string_view what) {
  to.err << "pixmill: " << printable(what) << '\n';
}

bool wants_colours() {
  // Called before there are other threads.
  return isatty(STDOUT_FILENO) == 1
         && std::getenv("NO_COLOR") == nullptr; // NOLINT(concurrency-mt-unsafe)
}

} // namespace pixmill::cli
