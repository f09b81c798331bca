#include "cli/console_frame.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

namespace pixmill::cli {
namespace {

constexpr std::array<std::string_view, 24> help_text{
  "1 Overview  2 Jobs  3 Errors  4 Nodes  5 Actors  6 Tree  7 Origins",
  "8 Deliveries  9 Audit  0 Config",
  "",
  "up, down, page up, page down, home, end   select a row",
  "enter   open it: a job, an actor, the actors of a node",
  "esc     back",
  "/       show only rows that hold a text; esc shows all again",
  "s       sort actors by mailbox, rate, busy time, age",
  "w       what rates of actors are over: 5, 10, 30, 60 s",
  "p       freeze what is shown; p goes on",
  "",
  "k       end the selected actor as if it had crashed",
  "t       follow the selected actor's messages",
  "d       drain the selected node, or give it work again",
  "r       try the selected failures, or a job's, again",
  "",
  "?       this page          q   leave",
  "",
  "mailbox  messages that waited when the last one began",
  "busy     share of the time spent on messages",
  "at it    how long the message at hand has been handled",
  "",
  "What ends or changes something asks before it does so, and stands in",
  "the audit log afterwards."};

// Cuts a text to so many columns.
std::string cut(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end)
    if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80
        && seen++ == columns)
      break;
  return std::string{text.substr(0, end)};
}

/// A line that takes no more than fits.
class line_writer {
public:
  explicit line_writer(std::size_t width) : left_{width} {}

  void add(std::string_view text, tint how = tint::plain) {
    auto fitting = cut(text, left_);
    left_ -= columns_of(fitting);
    if (!fitting.empty())
      line_.spans.push_back({std::move(fitting), how});
  }

  void fill() {
    add(std::string(left_, ' '));
  }

  frame_line take(bool marked = false) {
    line_.marked = marked;
    return std::move(line_);
  }

private:
  frame_line line_;
  std::size_t left_;
};

std::string age_text(const console_model& model,
                     console_model::clock::time_point now) {
  if (!model.told_at())
    return "…";
  const auto age =
    std::chrono::duration<double>(now - *model.told_at()).count();
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.0f s old", age);
  return age < 1 ? "now" : text.data();
}

frame_line bar(const console_model& model, const std::string& server,
               std::size_t width, console_model::clock::time_point now) {
  line_writer out{width};
  const auto& query = model.query();
  std::string left = " pixmill  " + std::string{title_of(query.screen)};
  if (query.screen == console_screen::actors)
    left += " by " + query.sort;
  for (const auto& each : query.filters)
    left += "  " + each;
  std::string right = model.page().scope + "  " + age_text(model, now);
  if (model.frozen())
    right += "  FROZEN";
  if (model.cut_off())
    right += "  NO ANSWER";
  right += "  " + server + " ";
  left = printable(left);
  right = printable(right);
  const auto used = columns_of(left) + columns_of(right);
  out.add(left, tint::strong);
  out.add(std::string(width > used ? width - used : 1, ' '));
  out.add(right);
  out.fill();
  return out.take(true);
}

std::vector<std::size_t> widths_of(const console_page& page,
                                   const std::vector<std::size_t>& rows) {
  std::vector<std::size_t> out;
  for (const auto& column : page.columns)
    out.push_back(columns_of(column.title));
  for (const auto row : rows) {
    const auto& cells = page.rows[row].cells;
    for (std::size_t i = 0; i < std::min(cells.size(), out.size()); ++i) {
      auto width = columns_of(printable(cells[i].text));
      if (page.columns[i].widest > 0)
        width = std::min(width, page.columns[i].widest);
      // A single cell is a line of its own.
      if (cells.size() > 1)
        out[i] = std::max(out[i], width);
    }
  }
  return out;
}

frame_line row_line(const console_page& page,
                    const std::vector<table::cell>& cells,
                    const std::vector<std::size_t>& widths, std::size_t width,
                    bool marked) {
  line_writer out{width};
  out.add(marked ? ">" : " ");
  for (std::size_t i = 0; i < std::min(cells.size(), widths.size()); ++i) {
    auto text = printable(cells[i].text);
    if (cells.size() > 1 && page.columns[i].widest > 0)
      text = cut(text, page.columns[i].widest);
    const auto blanks = widths[i] - std::min(widths[i], columns_of(text));
    const bool right = page.columns[i].right;
    if (right)
      out.add(std::string(blanks, ' '));
    out.add(text, cells[i].how);
    if (!right)
      out.add(std::string(blanks, ' '));
    out.add("  ");
  }
  if (marked)
    out.fill();
  return out.take(marked);
}

void add_table(console_model& model, frame_size size,
               std::vector<frame_line>& out) {
  const auto& page = model.page();
  const auto rows = model.shown();
  const auto widths = widths_of(page, rows);
  std::vector<table::cell> titles;
  for (const auto& column : page.columns)
    titles.push_back({.text = column.title, .how = tint::faint});
  if (!titles.empty())
    out.push_back(row_line(page, titles, widths, size.width, false));
  const auto used = out.size() + 1;
  const auto height = size.height > used ? size.height - used : 0;
  model.set_height(height);
  if (height == 0)
    return;
  if (rows.empty() && model.told_at()) {
    line_writer none{size.width};
    none.add(model.filter().empty() ? " nothing" : " nothing with that in it",
             tint::faint);
    out.push_back(none.take());
    return;
  }
  // The selected row is always among those that are shown.
  const auto first =
    model.selected() < height ? 0 : model.selected() - height + 1;
  for (auto i = first; i < std::min(rows.size(), first + height); ++i)
    out.push_back(row_line(page, page.rows[rows[i]].cells, widths, size.width,
                           i == model.selected()));
}

} // namespace

std::vector<frame_line> compose(console_model& model, const std::string& server,
                                frame_size size,
                                console_model::clock::time_point now) {
  std::vector<frame_line> out;
  if (size.height < 3 || size.width < 10)
    return out;
  out.push_back(bar(model, server, size.width, now));
  const auto add = [&](std::string_view text, tint how) {
    if (out.size() + 1 >= size.height)
      return;
    line_writer line{size.width};
    line.add(" ");
    line.add(printable(text), how);
    out.push_back(line.take());
  };
  if (model.helping()) {
    for (const auto text : help_text)
      add(text, tint::plain);
  } else {
    for (const auto& text : model.page().head)
      add(text, tint::strong);
    if (!model.filter().empty())
      add("/" + model.filter(), tint::caution);
    add_table(model, size, out);
  }
  out.resize(size.height - 1);
  line_writer foot{size.width};
  const auto footer = model.footer();
  foot.add(" ");
  foot.add(footer.empty() ? "1-9 0 screens  / filter  s sort  w window  enter "
                            "open  k kill  d drain  r retry  t trace  p freeze"
                            "  ? help  q quit"
                          : printable(footer),
           footer.empty() ? tint::faint : tint::caution);
  out.push_back(foot.take());
  return out;
}

std::string text_of(const frame_line& line) {
  std::string out;
  for (const auto& span : line.spans)
    out += span.text;
  return out;
}

} // namespace pixmill::cli
