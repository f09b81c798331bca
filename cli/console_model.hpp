#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/console_page.hpp"

namespace pixmill::cli {

/// A key, whatever terminal it comes from.
struct console_key {
  enum class kind : std::uint8_t {
    character,
    enter,
    escape,
    backspace,
    up,
    down,
    page_up,
    page_down,
    home,
    end,
  };

  kind which = kind::character;
  char character = 0; ///< Of `kind::character`: ASCII, or a byte of UTF-8.
};

/// What the console asks of the server besides its screens.
struct console_deed {
  enum class kind : std::uint8_t { post, trace, quit };

  kind which = kind::post;
  std::string path{};
  std::string body{};
};

/// The terminal console without terminal and without server: what is shown, and
/// what each key does to it.
class console_model {
public:
  using clock = std::chrono::steady_clock;

  /// Takes a key.
  /// @returns What is to be done for it, if anything.
  std::optional<console_deed> press(console_key key);

  /// Takes an answer to `query`; one for a screen that was left is dropped.
  void take(const console_query& query, console_page page,
            clock::time_point now);

  /// Takes note that a question or a deed came to nothing.
  /// @param answered Whether the server said so itself.
  void fail(std::string why, bool answered);

  /// Takes what a deed was answered with.
  /// @param detail What a refused one wants to be confirmed; empty: it is done.
  void confirm(console_deed deed, std::string detail);
  void done(std::string what);

  /// Takes a message of the trace on the screen.
  void take_traced(console_row row);
  void end_trace(const std::string& reason);

  /// Returns what fills the screen.
  const console_query& query() const noexcept {
    return query_;
  }

  /// Whether the screen is to be filled anew; counts how often it was asked.
  bool wants_look(clock::time_point now) const;
  void asked(clock::time_point now);

  const console_page& page() const noexcept {
    return page_;
  }

  /// Rows that the filter lets through, as places in the page.
  std::vector<std::size_t> shown() const;

  std::size_t selected() const noexcept {
    return selected_;
  }
  /// Sets how many rows fit on the screen.
  void set_height(std::size_t rows) noexcept {
    height_ = rows;
  }

  const std::string& filter() const noexcept {
    return filter_;
  }
  /// The line at the bottom: a question, what was typed, or news.
  std::string footer() const;

  bool frozen() const noexcept {
    return frozen_;
  }
  bool helping() const noexcept {
    return helping_;
  }
  /// Whether the last question was not answered.
  bool cut_off() const noexcept {
    return cut_off_;
  }
  /// When what is shown was told; nothing: there is nothing yet.
  std::optional<clock::time_point> told_at() const noexcept {
    return told_at_;
  }

private:
  enum class prompt : std::uint8_t { none, filter, question };

  std::optional<console_deed> command(char key);
  std::optional<console_deed> answer(console_key key);
  void type(console_key key);
  void move(console_key::kind key);
  void open_screen(console_screen screen, std::string subject = {});
  void open_selected();
  void go_back();
  void next_sort();
  void next_window();
  std::optional<console_deed> kill();
  std::optional<console_deed> drain();
  std::optional<console_deed> retry();
  std::optional<console_deed> trace();
  const console_row* selected_row() const;
  std::string actor_at_hand() const;
  void refuse(std::string why);

  console_query query_;
  std::vector<console_query> back_;
  console_page page_;
  std::size_t selected_ = 0;
  std::size_t height_ = 20;
  std::string filter_;
  std::string news_;
  std::string trouble_;
  bool cut_off_ = false;
  prompt prompt_ = prompt::none;
  std::string question_;
  std::optional<console_deed> pending_; ///< Waits for a yes.
  bool frozen_ = false;
  bool helping_ = false;
  bool stale_ = true; ///< The screen has not been filled since it was opened.
  std::optional<clock::time_point> asked_at_;
  std::optional<clock::time_point> told_at_;
};

} // namespace pixmill::cli
