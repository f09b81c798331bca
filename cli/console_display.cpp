#include "cli/console_display.hpp"

#include <clocale>

#include <curses.h>

namespace pixmill::cli {
namespace {

constexpr int escape = 27;
constexpr int delete_key = 127;
// How long the keys of one sequence may be apart, ms.
constexpr int escape_delay = 50;

short pair_of(tint how) noexcept {
  switch (how) {
  case tint::good:
    return 1;
  case tint::caution:
    return 2;
  case tint::bad:
    return 3;
  default:
    return 0;
  }
}

std::optional<console_key> key_of(int code) {
  using kind = console_key::kind;
  switch (code) {
  case KEY_UP:
    return console_key{kind::up};
  case KEY_DOWN:
    return console_key{kind::down};
  case KEY_PPAGE:
    return console_key{kind::page_up};
  case KEY_NPAGE:
    return console_key{kind::page_down};
  case KEY_HOME:
    return console_key{kind::home};
  case KEY_END:
    return console_key{kind::end};
  case KEY_ENTER:
  case '\n':
  case '\r':
    return console_key{kind::enter};
  case KEY_BACKSPACE:
  case delete_key:
  case '\b':
    return console_key{kind::backspace};
  case escape:
    return console_key{kind::escape};
  default:
    // A mouse, a function key, a new size: nothing to type.
    if (code < ' ' || code > 255)
      return std::nullopt;
    return console_key{kind::character, static_cast<char>(code)};
  }
}

} // namespace

console_display::console_display(bool colours) : colours_{colours} {
  // Else no letter beyond ASCII is drawn. Before there are other threads.
  std::setlocale(LC_CTYPE, "C.UTF-8"); // NOLINT(concurrency-mt-unsafe)
  initscr();
  cbreak();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  set_escdelay(escape_delay);
  curs_set(0);
  colours_ = colours_ && has_colors() == TRUE;
  if (!colours_)
    return;
  start_color();
  use_default_colors();
  init_pair(1, COLOR_GREEN, -1);
  init_pair(2, COLOR_YELLOW, -1);
  init_pair(3, COLOR_RED, -1);
}

console_display::~console_display() {
  endwin();
}

frame_size console_display::size() const {
  return {.width = static_cast<std::size_t>(std::max(getmaxx(stdscr), 0)),
          .height = static_cast<std::size_t>(std::max(getmaxy(stdscr), 0))};
}

void console_display::show(const frame_span& span, bool marked) const {
  attr_t look = A_NORMAL;
  if (marked)
    look |= A_REVERSE;
  if (span.how == tint::strong)
    look |= A_BOLD;
  if (span.how == tint::faint && !marked)
    look |= A_DIM;
  attr_set(look, marked || !colours_ ? 0 : pair_of(span.how), nullptr);
  addstr(span.text.c_str());
}

void console_display::show(const std::vector<frame_line>& lines) {
  erase();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ::move(static_cast<int>(i), 0);
    for (const auto& span : lines[i].spans)
      show(span, lines[i].marked);
  }
  attr_set(A_NORMAL, 0, nullptr);
  refresh();
}

std::optional<console_key>
console_display::key(std::chrono::milliseconds patience) {
  timeout(static_cast<int>(patience.count()));
  const int code = getch();
  return code == ERR ? std::nullopt : key_of(code);
}

} // namespace pixmill::cli
