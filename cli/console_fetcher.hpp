#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include <caf/expected.hpp>

#include "cli/console_model.hpp"
#include "cli/service.hpp"

namespace pixmill::cli {

/// What came of a question or a deed of the console.
struct console_news {
  enum class kind : std::uint8_t {
    page,      ///< `page` fills what `query` asked for.
    done,      ///< A deed was done; `text` says what came of it.
    confirm,   ///< A deed wants a yes; `deed` says it, `text` what it hits.
    traced,    ///< `row` is a message of the trace.
    trace_end, ///< `text` says why.
    refused,   ///< The server will not; `text` says why.
    failed,    ///< There was no answer; `text` says why.
  };

  kind which = kind::failed;
  console_query query{};
  console_page page{};
  console_deed deed{};
  console_row row{};
  std::string text{};
};

/// Asks the server on a thread of its own, so that the console never waits for
/// it. Of questions for screens only the last counts.
class console_fetcher {
public:
  explicit console_fetcher(service_address address);
  /// Breaks off what is under way.
  ~console_fetcher();
  console_fetcher(const console_fetcher&) = delete;
  console_fetcher& operator=(const console_fetcher&) = delete;

  /// Asks for a screen, and ends a trace that is under way.
  void look(console_query query);
  void act(console_deed deed);

  /// Returns what came since the last call.
  std::deque<console_news> news();

private:
  void run();
  void look_now(const console_query& query);
  void act_now(const console_deed& deed);
  void post(const console_deed& deed);
  void follow(const console_deed& deed);
  void tell(console_news what);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<console_query> query_; // guarded by mutex_, as what follows
  std::deque<console_deed> deeds_;
  std::deque<console_news> news_;
  std::atomic<bool> ending_{false};
  /// Something else is wanted: a trace is broken off for it.
  std::atomic<bool> wanted_{false};
  bool following_ = false; ///< The thread's own.
  service server_;
  std::thread thread_;
};

} // namespace pixmill::cli
