#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <httplib.h>

#include "http/answer.hpp"
#include "http/item_json.hpp"
#include "http/job_json.hpp"
#include "http/routes.hpp"

namespace pixmill::http {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

// The contract: at most four times a second.
constexpr auto look_interval = 250ms;
// How soon a drain, or a client that has left, is noticed.
constexpr auto longest_wait = 250ms;
// What a job does not tell of, such as its rate, is looked at this often.
constexpr auto idle_look_interval = 2s;
constexpr auto heartbeat_interval = 15s;
constexpr std::size_t items_at_once = 256;
constexpr std::string_view end_mark = ".end";

/// How far a listener is: the number of items that it has seen, and whether it
/// has seen the end that follows them.
struct event_position {
  std::uint64_t items = 0;
  bool ended = false;
};

// What is no position of ours means the beginning.
event_position position_in(std::string_view text) {
  event_position out;
  if (text.ends_with(end_mark)) {
    out.ended = true;
    text.remove_suffix(end_mark.size());
  }
  const auto* end = text.data() + text.size();
  const auto [last, wrong] = std::from_chars(text.data(), end, out.items);
  if (wrong != std::errc{} || last != end)
    return {};
  return out;
}

// A browser says it in the field when it connects again; whoever cannot set a
// field, in the query.
event_position position_of(const httplib::Request& request) {
  const auto field = request.get_header_value("Last-Event-ID");
  return position_in(field.empty() ? request.get_param_value("last_event_id")
                                   : field);
}

/// The events of one job, for one listener. Nothing is kept for it: what it has
/// not taken yet stays in the journal.
class event_stream {
public:
  event_stream(route_context& context, std::string job, event_position from,
               bool with_items)
      : context_{context}, job_{std::move(job)}, position_{from.items},
        with_items_{with_items}, news_{context.head.watch(job_)} {
    // nop
  }

  /// Sends what there is, or waits a moment.
  /// @returns False when the listener is gone.
  bool go_on(httplib::DataSink& sink) {
    if (context_.draining) {
      sink.done();
      return true;
    }
    if (!sink.is_writable())
      return false;
    if (clock::now() >= next_look_ && (more_items_ || news_seen_ || is_stale()))
      return look(sink);
    if (clock::now() >= last_sent_ + heartbeat_interval)
      return send(sink, ": \n\n");
    const auto until_look =
      std::chrono::ceil<std::chrono::milliseconds>(next_look_ - clock::now());
    // Between two looks there is nothing to be woken for.
    if (until_look > 0ms && news_seen_)
      std::this_thread::sleep_for(
        std::min<std::chrono::milliseconds>(until_look, longest_wait));
    else
      news_seen_ = news_->wait(longest_wait) || news_seen_;
    return true;
  }

private:
  bool is_stale() const {
    return clock::now() >= last_look_ + idle_look_interval;
  }

  // Items come before the state that they led to: the state is asked for
  // first, and told last.
  bool look(httplib::DataSink& sink) {
    news_seen_ = false;
    last_look_ = clock::now();
    next_look_ = last_look_ + look_interval;
    const auto status = context_.head.status(job_);
    if (!status) {
      sink.done(); // It has been purged: who comes again is told so.
      return true;
    }
    std::string text = std::exchange(begun_, true) ? "" : "retry: 2000\n\n";
    if (with_items_ && !append_items(text)) {
      sink.done();
      return true;
    }
    if (more_items_) {
      next_look_ = last_look_;
      return send(sink, text);
    }
    append_status(*status, text);
    if (!text.empty() && !send(sink, text))
      return false;
    if (is_terminal(status->record.state))
      sink.done();
    return true;
  }

  bool append_items(std::string& text) {
    const auto settled =
      context_.head.settled_since(job_, position_, items_at_once);
    if (!settled)
      return false;
    for (const auto& each : *settled) {
      position_ = each.position + 1;
      if (!is_terminal(each.what.result.state))
        continue;
      append(text, "item", std::to_string(position_),
             to_json(each.what, job_, context_.settings.public_url));
    }
    more_items_ = settled->size() == items_at_once;
    return true;
  }

  void append_status(const actors::job_status& status, std::string& text) {
    const auto id = with_items_ ? std::to_string(position_) : std::string{};
    const auto body = to_json(status, unix_now());
    const auto state = status.record.state;
    if (state_ != state)
      append(text, "state", id, body);
    state_ = state;
    auto news = news_of(status);
    if (news != told_)
      append(text, "progress", id, body);
    told_ = std::move(news);
    if (is_terminal(state))
      append(text, "end", id.empty() ? id : id + std::string{end_mark}, body);
  }

  static void append(std::string& text, std::string_view event,
                     const std::string& id, const std::string& data) {
    if (!id.empty())
      text.append("id: ").append(id).append("\n");
    text.append("event: ").append(event).append("\ndata: ");
    text.append(data).append("\n\n");
  }

  bool send(httplib::DataSink& sink, const std::string& text) {
    last_sent_ = clock::now();
    return sink.write(text.data(), text.size());
  }

  route_context& context_;
  std::string job_;
  std::uint64_t position_;
  bool with_items_;
  std::unique_ptr<job_watch> news_;
  bool begun_ = false;
  bool more_items_ = false;
  bool news_seen_ = true;
  clock::time_point last_look_;
  clock::time_point next_look_;
  clock::time_point last_sent_ = clock::now();
  std::optional<job_state> state_;
  std::string told_;
};

void send_events(route_context& context, const httplib::Request& request,
                 httplib::Response& response) {
  const auto id = request.matches[1].str();
  const auto status = find_job(context, request, id);
  if (!status)
    return send_problem(response, problem_of(status.error()));
  const auto from = position_of(request);
  if (from.ended && is_terminal(status->record.state)) {
    const auto unseen = context.head.settled_since(id, from.items, 1);
    if (unseen && unseen->empty()) {
      response.status = 204; // An EventSource does not come again after it.
      return;
    }
  }
  response.set_header("Cache-Control", "no-store");
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("X-Accel-Buffering", "no");
  const auto with_items = request.get_param_value("items") != "false";
  auto stream = std::make_shared<event_stream>(context, id, from, with_items);
  response.set_chunked_content_provider(
    "text/event-stream", [stream](std::size_t, httplib::DataSink& sink) {
      return stream->go_on(sink);
    });
}

} // namespace

void add_event_routes(httplib::Server& server, route_context& context) {
  server.Get("/v1/jobs/([^/]+)/events",
             [&context](const auto& request, auto& response) {
               send_events(context, request, response);
             });
}

} // namespace pixmill::http
