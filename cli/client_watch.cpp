#include "cli/client_watch.hpp"

#include <optional>
#include <ostream>

#include "cli/event_reader.hpp"
#include "cli/exit_code.hpp"
#include "cli/progress_display.hpp"
#include "cli/service_json.hpp"

namespace pixmill::cli {
namespace {

using std::chrono::milliseconds;

// Longer than the server is asked to wait.
constexpr auto poll_timeout = std::chrono::seconds{40};
// Between polls, since a busy job changes at every look.
constexpr auto live_pause = milliseconds{250};
constexpr auto plain_pause = milliseconds{1000};
// A server that restarts is back within a minute.
constexpr int max_losses = 12;
constexpr auto loss_pause = std::chrono::seconds{5};

bool passes(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

class watcher {
public:
  watcher(const watch_options& options, service& server, const terminal& to,
          bool live)
      : options_{options}, server_{server}, to_{to},
        pause_{live ? live_pause : plain_pause}, display_{to, live,
                                                          options.json} {}

  int go() {
    for (;;) {
      const auto answer = poll();
      if (!answer && code_of(answer.error(), errc::none) == errc::interrupted)
        return interrupted();
      if (seen_ && (!answer || passes(answer->status))
          && ++losses_ < max_losses) {
        if (server_.wait(loss_pause))
          return interrupted();
        continue;
      }
      if (const auto end = take(answer))
        return *end;
      if (streams_)
        if (const auto end = follow())
          return *end;
      if (server_.wait(pause_))
        return interrupted();
    }
  }

private:
  caf::expected<net::http_answer> poll() {
    net::http_request request{.timeout = poll_timeout};
    if (!tag_.empty())
      request.fields = {"If-None-Match: " + tag_};
    // The first look is to answer at once.
    return server_.send(request,
                        job_path(options_.id, seen_ ? "?wait=10s" : ""));
  }

  // Returns the exit code, if this answer is the last.
  std::optional<int> take(const caf::expected<net::http_answer>& answer) {
    if (answer && seen_ && answer->status == 304) {
      losses_ = 0;
      return std::nullopt;
    }
    if (!answer || !answer->is_success()) {
      display_.close();
      return answer ? report_problem(*answer, options_.json, to_)
                    : report_failure(answer.error(), to_);
    }
    const auto job = read_job(answer->body);
    if (!job) {
      display_.close();
      return report_failure(job.error(), to_);
    }
    losses_ = 0;
    tag_ = answer->field("etag");
    if (is_terminal(job->figures.state))
      return finish(*job, answer->body);
    show(*job);
    return std::nullopt;
  }

  // Follows the server's events. Returns the exit code, if the job has ended;
  // else the stream broke, or there is none, and polling goes on.
  std::optional<int> follow() {
    std::optional<int> end;
    bool any = false;
    event_reader reader{[&](const server_event& event) {
      any = true;
      const auto job = read_job(event.data);
      if (!job)
        return job.error();
      losses_ = 0;
      if (event.kind != "end") {
        show(*job);
        return caf::error{};
      }
      end = finish(*job, event.data);
      return make_error(errc::truncated, "the rest is nobody's business");
    }};
    // It lasts as long as the job does; that the server lives it says itself.
    const auto answer =
      server_.send({.fields = {"Accept: text/event-stream"}},
                   job_path(options_.id, "/events?items=false"),
                   [&](std::string_view bytes) { return reader.feed(bytes); });
    if (end)
      return end;
    if (!answer && code_of(answer.error(), errc::none) == errc::interrupted)
      return interrupted();
    // A server without streams, or one that has none left, is polled.
    streams_ = any;
    return std::nullopt;
  }

  void show(const job_answer& job) {
    const auto& figures = job.figures;
    if (seen_ && state_ != figures.state && !options_.json) {
      display_.close();
      to_.out << printable(figures.id) << ' ' << to_string(figures.state)
              << std::endl;
    }
    seen_ = true;
    state_ = figures.state;
    display_.show(figures.counters, figures.totals.slots);
  }

  int finish(const job_answer& job, const std::string& body) {
    display_.close();
    if (options_.json) {
      if (const auto printed = print_json(body, to_); printed != exit_ok)
        return printed;
    } else {
      to_.out << summary(job.figures, std::nullopt) << std::flush;
    }
    return exit_code_of(job.figures.state);
  }

  int interrupted() {
    display_.close();
    complain(to_, "interrupted; " + options_.id + " goes on at " + server_.url()
                    + "; pixmill watch " + options_.id + " looks again");
    return exit_interrupted;
  }

  const watch_options& options_;
  service& server_;
  const terminal& to_;
  milliseconds pause_;
  progress_display display_;
  bool seen_ = false;
  bool streams_ = true; ///< Whether it is worth asking for events.
  job_state state_ = job_state::queued;
  std::string tag_;
  int losses_ = 0;
};

} // namespace

int watch(const watch_options& options, service& server, const terminal& to,
          bool live) {
  return watcher{options, server, to, live}.go();
}

} // namespace pixmill::cli
