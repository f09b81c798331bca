#include "cli/console_model.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "cli/service.hpp"

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;
using kind = console_key::kind;

constexpr auto look_interval = 2s;
constexpr std::size_t most_traced = 1'000;
constexpr std::size_t longest_filter = 100;
constexpr std::array<std::string_view, 4> sorts{"mailbox", "rate", "busy",
                                                "age"};
constexpr std::array<std::string_view, 4> windows{"5s", "10s", "30s", "60s"};

template <std::size_t N>
std::string next_of(const std::array<std::string_view, N>& words,
                    const std::string& word) {
  const auto at = std::find(words.begin(), words.end(), word);
  const auto next = at == words.end() ? words.begin() : at + 1;
  return std::string{next == words.end() ? words.front() : *next};
}

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return text;
}

} // namespace

// -- what is shown ------------------------------------------------------------

std::vector<std::size_t> console_model::shown() const {
  std::vector<std::size_t> out;
  const auto wanted = lower(filter_);
  for (std::size_t i = 0; i < page_.rows.size(); ++i) {
    const auto& cells = page_.rows[i].cells;
    if (wanted.empty()
        || std::any_of(cells.begin(), cells.end(), [&](const auto& cell) {
             return lower(cell.text).find(wanted) != std::string::npos;
           }))
      out.push_back(i);
  }
  return out;
}

const console_row* console_model::selected_row() const {
  const auto rows = shown();
  return selected_ < rows.size() ? &page_.rows[rows[selected_]] : nullptr;
}

std::string console_model::footer() const {
  if (prompt_ == prompt::filter)
    return "filter: " + filter_;
  if (prompt_ == prompt::question)
    return "(y/n) " + question_;
  return trouble_.empty() ? news_ : trouble_;
}

// -- what comes from the server -----------------------------------------------

bool console_model::wants_look(clock::time_point now) const {
  if (query_.screen == console_screen::trace)
    return false;
  return stale_ ? !asked_at_ || now >= *asked_at_ + 500ms
                : !frozen_ && (!asked_at_ || now >= *asked_at_ + look_interval);
}

void console_model::asked(clock::time_point now) {
  asked_at_ = now;
}

void console_model::take(const console_query& query, console_page page,
                         clock::time_point now) {
  if (query.screen != query_.screen || query.subject != query_.subject
      || query.sort != query_.sort || query.window != query_.window)
    return;
  // Stay on what was selected, wherever it stands now.
  const auto* before = selected_row();
  const auto id = before == nullptr ? std::string{} : before->id;
  const auto code = before == nullptr ? std::string{} : before->code;
  const auto host = before == nullptr ? std::string{} : before->host;
  page_ = std::move(page);
  const auto rows = shown();
  if (!id.empty())
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& row = page_.rows[rows[i]];
      if (row.id == id && row.code == code && row.host == host)
        selected_ = i;
    }
  selected_ = rows.empty() ? 0 : std::min(selected_, rows.size() - 1);
  told_at_ = now;
  stale_ = false;
  trouble_.clear();
  cut_off_ = false;
}

void console_model::fail(std::string why, bool answered) {
  trouble_ = std::move(why);
  cut_off_ = !answered;
}

void console_model::done(std::string what) {
  news_ = std::move(what);
  trouble_.clear();
  cut_off_ = false;
  asked_at_.reset();
}

void console_model::confirm(console_deed deed, std::string detail) {
  if (prompt_ != prompt::none)
    return;
  prompt_ = prompt::question;
  question_ = std::move(detail);
  pending_ = std::move(deed);
}

void console_model::take_traced(console_row row) {
  if (query_.screen != console_screen::trace)
    return;
  if (page_.rows.size() >= most_traced)
    page_.rows.erase(page_.rows.begin());
  page_.rows.push_back(std::move(row));
  if (!frozen_)
    selected_ = shown().empty() ? 0 : shown().size() - 1;
}

void console_model::end_trace(const std::string& reason) {
  if (query_.screen == console_screen::trace)
    news_ = "the trace has ended: " + reason;
}

// -- keys ---------------------------------------------------------------------

std::optional<console_deed> console_model::press(console_key key) {
  if (prompt_ == prompt::question)
    return answer(key);
  if (prompt_ == prompt::filter) {
    type(key);
    return std::nullopt;
  }
  news_.clear();
  if (helping_) {
    helping_ = false;
    return std::nullopt;
  }
  switch (key.which) {
  case kind::character:
    return command(key.character);
  case kind::enter:
    open_selected();
    break;
  case kind::escape:
  case kind::backspace:
    go_back();
    break;
  default:
    move(key.which);
    break;
  }
  return std::nullopt;
}

std::optional<console_deed> console_model::answer(console_key key) {
  prompt_ = prompt::none;
  auto deed = std::exchange(pending_, {});
  if (key.which == kind::character
      && (key.character == 'y' || key.character == 'Y'))
    return deed;
  news_ = "left alone";
  return std::nullopt;
}

void console_model::type(console_key key) {
  if (key.which == kind::character && filter_.size() < longest_filter) {
    filter_ += key.character;
  } else if (key.which == kind::backspace && !filter_.empty()) {
    // Of a letter of several bytes, all.
    while (filter_.size() > 1
           && (static_cast<unsigned char>(filter_.back()) & 0xc0) == 0x80)
      filter_.pop_back();
    filter_.pop_back();
  } else if (key.which == kind::escape) {
    filter_.clear();
    prompt_ = prompt::none;
  } else if (key.which == kind::enter) {
    prompt_ = prompt::none;
  }
  selected_ = 0;
}

void console_model::move(kind key) {
  const auto count = shown().size();
  const auto last = count == 0 ? 0 : count - 1;
  const auto page = std::max<std::size_t>(height_, 2) - 1;
  switch (key) {
  case kind::up:
    selected_ -= selected_ > 0 ? 1 : 0;
    break;
  case kind::down:
    selected_ = std::min(selected_ + 1, last);
    break;
  case kind::page_up:
    selected_ -= std::min(selected_, page);
    break;
  case kind::page_down:
    selected_ = std::min(selected_ + page, last);
    break;
  case kind::home:
    selected_ = 0;
    break;
  default:
    selected_ = last;
    break;
  }
}

std::optional<console_deed> console_model::command(char key) {
  if (key >= '0' && key <= '9') {
    back_.clear();
    open_screen(static_cast<console_screen>(key - '0'));
    return std::nullopt;
  }
  switch (key) {
  case 'q':
    return console_deed{.which = console_deed::kind::quit};
  case '?':
    helping_ = true;
    break;
  case '/':
    prompt_ = prompt::filter;
    break;
  case 's':
    next_sort();
    break;
  case 'w':
    next_window();
    break;
  case 'p':
    frozen_ = !frozen_;
    news_ = frozen_ ? "frozen: p goes on" : "";
    break;
  case 'k':
    return kill();
  case 'd':
    return drain();
  case 'r':
    return retry();
  case 't':
    return trace();
  default:
    news_ = "? shows the keys";
    break;
  }
  return std::nullopt;
}

void console_model::open_screen(console_screen screen, std::string subject) {
  query_.screen = screen;
  query_.subject = std::move(subject);
  query_.filters.clear();
  page_ = {};
  selected_ = 0;
  filter_.clear();
  frozen_ = false;
  stale_ = true;
  asked_at_.reset();
  told_at_.reset();
  trouble_.clear();
}

void console_model::open_selected() {
  const auto* row = selected_row();
  if (row == nullptr || row->id.empty())
    return;
  auto next = console_screen::job;
  switch (query_.screen) {
  case console_screen::actors:
  case console_screen::tree:
  case console_screen::actor:
  case console_screen::trace:
    next = console_screen::actor;
    break;
  case console_screen::nodes:
    next = console_screen::actors;
    break;
  case console_screen::job:
    next = console_screen::errors;
    break;
  default:
    break;
  }
  // The root of the tree is no actor.
  if (next == console_screen::actor && row->id == "head:0")
    return;
  if (!row->node.empty()) // So in the tree, where a node is no actor, too.
    next = console_screen::actors;
  const auto id = row->node.empty() ? row->id : row->node;
  back_.push_back(query_);
  if (next == console_screen::actors) {
    open_screen(next);
    query_.filters = {"node=" + percent_encoded(id)};
  } else if (next == console_screen::errors) {
    open_screen(next);
    query_.filters = {"job=" + percent_encoded(id)};
  } else {
    open_screen(next, id);
  }
}

void console_model::go_back() {
  if (!filter_.empty()) {
    filter_.clear();
    selected_ = 0;
    return;
  }
  if (back_.empty())
    return;
  auto before = std::move(back_.back());
  back_.pop_back();
  open_screen(before.screen);
  query_ = std::move(before);
}

void console_model::next_sort() {
  if (query_.screen != console_screen::actors)
    return refuse("s sorts actors: 5");
  query_.sort = next_of(sorts, query_.sort);
  news_ = "sorted by " + query_.sort;
  asked_at_.reset();
}

void console_model::next_window() {
  if (query_.screen != console_screen::actors)
    return refuse("w chooses what the rates of actors are over: 5");
  query_.window = next_of(windows, query_.window);
  news_ = "rates over " + query_.window;
  asked_at_.reset();
}

void console_model::refuse(std::string why) {
  news_ = std::move(why);
}

} // namespace pixmill::cli
