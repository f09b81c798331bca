#include "cli/console_fetcher.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "cli/event_reader.hpp"
#include "cli/service_json.hpp"

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;
using json = nlohmann::json;

// A server that takes longer is told of as one that does not answer.
constexpr auto look_timeout = 10s;

std::string member_of(const std::string& text, const char* name) {
  const auto x = json::parse(text, nullptr, false);
  return x.is_object() && x.contains(name) && x[name].is_string()
           ? x[name].get<std::string>()
           : std::string{};
}

} // namespace

console_fetcher::console_fetcher(service_address address)
    : server_{std::move(address), [this](std::chrono::milliseconds) {
                return ending_ || (following_ && wanted_);
              }} {
  thread_ = std::thread{[this] { run(); }};
}

console_fetcher::~console_fetcher() {
  ending_ = true;
  { const std::lock_guard lock{mutex_}; }
  changed_.notify_all();
  thread_.join();
}

void console_fetcher::look(console_query query) {
  const std::lock_guard lock{mutex_};
  query_ = std::move(query);
  wanted_ = true;
  changed_.notify_all();
}

void console_fetcher::act(console_deed deed) {
  const std::lock_guard lock{mutex_};
  deeds_.push_back(std::move(deed));
  wanted_ = true;
  changed_.notify_all();
}

std::deque<console_news> console_fetcher::news() {
  const std::lock_guard lock{mutex_};
  return std::exchange(news_, {});
}

void console_fetcher::tell(console_news what) {
  const std::lock_guard lock{mutex_};
  news_.push_back(std::move(what));
}

void console_fetcher::run() {
  std::unique_lock lock{mutex_};
  while (!ending_) {
    wanted_ = false;
    if (!deeds_.empty()) {
      const auto deed = std::move(deeds_.front());
      deeds_.pop_front();
      lock.unlock();
      act_now(deed);
      lock.lock();
    } else if (query_) {
      const auto query = *std::exchange(query_, std::nullopt);
      lock.unlock();
      look_now(query);
      lock.lock();
    } else {
      changed_.wait(lock);
    }
  }
}

void console_fetcher::look_now(const console_query& query) {
  const auto answer = server_.send({.timeout = look_timeout}, path_of(query));
  console_news out{.query = query};
  if (!answer) {
    out.text = context_of(answer.error());
  } else if (!answer->is_success()) {
    out.which = console_news::kind::refused;
    out.text = read_problem(answer->body, answer->status).line();
  } else {
    out.which = console_news::kind::page;
    out.page = read_page(query.screen, answer->body);
  }
  tell(std::move(out));
}

void console_fetcher::act_now(const console_deed& deed) {
  if (deed.which == console_deed::kind::trace)
    follow(deed);
  else
    post(deed);
}

void console_fetcher::post(const console_deed& deed) {
  const auto answer = server_.post(deed.path, deed.body);
  console_news out{.deed = deed};
  if (!answer) {
    out.text = context_of(answer.error());
  } else if (answer->is_success()) {
    out.which = console_news::kind::done;
    out.text = member_of(answer->body, "effect");
    if (out.text.empty())
      out.text = member_of(answer->body, "state");
    if (out.text.empty())
      out.text = "done";
  } else if (member_of(answer->body, "code") == "confirmation-needed") {
    // It names what it will hit, and behind that how to say yes.
    const auto id = deed.path.substr(0, deed.path.rfind('/'));
    out.which = console_news::kind::confirm;
    out.text = member_of(answer->body, "detail");
    out.text.erase(std::min(out.text.find("; {"), out.text.size()));
    out.deed.body = json{{"confirm", id.substr(id.rfind('/') + 1)}}.dump();
  } else {
    out.which = console_news::kind::refused;
    out.text = read_problem(answer->body, answer->status).line();
  }
  tell(std::move(out));
}

void console_fetcher::follow(const console_deed& deed) {
  const auto begun = server_.post(deed.path, deed.body);
  if (!begun)
    return tell({.text = context_of(begun.error())});
  if (!begun->is_success())
    return tell({.which = console_news::kind::refused,
                 .text = read_problem(begun->body, begun->status).line()});
  const auto id = member_of(begun->body, "id");
  event_reader reader{[this](const server_event& event) -> caf::error {
    if (event.kind == "message")
      tell(
        {.which = console_news::kind::traced, .row = read_traced(event.data)});
    else if (event.kind == "end")
      tell({.which = console_news::kind::trace_end,
            .text = member_of(event.data, "reason")});
    return {};
  }};
  following_ = true;
  const auto ended =
    server_.send({}, "/v1/traces/" + percent_encoded(id) + "/events",
                 [&](std::string_view bytes) { return reader.feed(bytes); });
  following_ = false;
  if (!ended && !wanted_ && !ending_)
    tell({.text = context_of(ended.error())});
}

} // namespace pixmill::cli
