#include "cli/trace_collector.hpp"

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using telemetry::message_traces;

// How soon messages of other nodes are seen here.
constexpr milliseconds poll_interval = 100ms;
// A node that answers no more has ended its part of a trace by then.
constexpr auto grace = 2s;
constexpr std::uint32_t messages_at_once = 500;

bool is_here(const std::string& node) {
  return node == http::head_node;
}

telemetry::traced_message message_of(actors::traced_report&& x) {
  return {.at = std::chrono::system_clock::time_point{microseconds{x.at_us}},
          .from = std::move(x.from),
          .to = x.to,
          .what = std::move(x.what),
          .took = microseconds{x.took_us}};
}

// A sender on another node is `CAF_NODE:NUMBER` where it was heard.
void name_sender(const actors::node_directory& nodes,
                 telemetry::traced_message& message) {
  const auto colon = message.from.rfind(':');
  if (colon == std::string::npos)
    return;
  if (const auto name = nodes.name_of(message.from.substr(0, colon));
      !name.empty())
    message.from.replace(0, colon, name);
}

} // namespace

bool trace_collector::begin_at(const std::string& node, const std::string& id,
                               const telemetry::trace_order& order) {
  if (is_here(node))
    return message_traces::instance().begin(id, order);
  const auto word =
    nodes_.trace(node, {.id = id,
                        .actor = order.actor,
                        .job = order.job,
                        .limit = static_cast<std::uint32_t>(order.limit),
                        .time_ms = order.time.count()});
  return word.answer.value_or(false);
}

bool trace_collector::begin(const std::string& id, const std::string& node,
                            const telemetry::trace_order& order) {
  if (!begin_at(node, id, order))
    return false;
  trace made{
    .id = id, .limit = order.limit, .until = clock::now() + order.time + grace};
  made.sources.push_back({.node = node});
  if (order.actor == 0) {
    auto others = nodes_.names();
    others.emplace_back(http::head_node);
    for (const auto& other : others)
      if (other != node && begin_at(other, id, order))
        made.sources.push_back({.node = other});
  }
  const std::lock_guard lock{mutex_};
  const auto forgotten = clock::now() - message_traces::kept;
  std::erase_if(traces_, [&](const trace& x) { return x.until < forgotten; });
  traces_.push_back(std::move(made));
  return true;
}

std::vector<http::node_message> trace_collector::fetch(const std::string& id,
                                                       source& from,
                                                       milliseconds longest) {
  std::vector<http::node_message> out;
  const auto add = [&](telemetry::traced_message message) {
    name_sender(nodes_, message);
    out.push_back({.node = from.node, .message = std::move(message)});
  };
  if (is_here(from.node)) {
    auto part = message_traces::instance().read(id, from.seen, longest);
    if (!part) {
      from.end = telemetry::trace_end::time;
      return out;
    }
    for (auto& x : part->messages)
      add(std::move(x));
    from.end = part->end;
  } else {
    auto word = nodes_.traced(
      from.node, {.id = id, .seen = from.seen, .limit = messages_at_once});
    if (!word.answer)
      return out; // Perhaps it answers the next time.
    for (auto& x : word.answer->messages)
      add(message_of(std::move(x)));
    if (!word.answer->known)
      from.end = telemetry::trace_end::stopped; // It began anew.
    else if (word.answer->ended)
      from.end = static_cast<telemetry::trace_end>(word.answer->end);
  }
  from.seen += out.size();
  return out;
}

trace_collector::trace* trace_collector::find(const std::string& id) {
  const auto found =
    std::find_if(traces_.begin(), traces_.end(),
                 [&](const trace& each) { return each.id == id; });
  return found == traces_.end() ? nullptr : &*found;
}

void trace_collector::finish(trace& which, telemetry::trace_end why) {
  which.end = why;
  // What still runs elsewhere is wanted by nobody.
  for (const auto& x : which.sources) {
    if (x.end)
      continue;
    if (is_here(x.node))
      message_traces::instance().stop(which.id);
    else
      nodes_.stop_trace(x.node, which.id);
  }
  which.until = std::min(which.until, clock::now());
}

void trace_collector::take(const std::string& id,
                           const std::vector<source>& before,
                           const std::vector<source>& after,
                           std::vector<http::node_message> fetched) {
  const std::lock_guard lock{mutex_};
  auto* which = find(id);
  if (which == nullptr || which->end)
    return;
  for (std::size_t i = 0; i < before.size(); ++i)
    if (which->sources[i].seen != before[i].seen)
      return; // Another reader was faster with the same.
  which->sources = after;
  std::stable_sort(
    fetched.begin(), fetched.end(),
    [](const auto& a, const auto& b) { return a.message.at < b.message.at; });
  for (auto& x : fetched)
    if (which->messages.size() < which->limit)
      which->messages.push_back(std::move(x));
  const bool all_ended =
    std::all_of(after.begin(), after.end(),
                [](const source& x) { return x.end.has_value(); });
  if (which->messages.size() >= which->limit)
    finish(*which, telemetry::trace_end::limit);
  else if (all_ended)
    finish(*which, *after.front().end);
  else if (clock::now() > which->until)
    finish(*which, telemetry::trace_end::time);
}

std::optional<http::trace_part> trace_collector::read(const std::string& id,
                                                      std::size_t seen,
                                                      milliseconds longest) {
  const auto until = clock::now() + longest;
  for (;;) {
    std::vector<source> before;
    {
      const std::lock_guard lock{mutex_};
      const auto* which = find(id);
      if (which == nullptr)
        return std::nullopt;
      if (which->messages.size() > seen || which->end
          || clock::now() >= until) {
        http::trace_part out{.messages = {}, .end = which->end};
        const auto first = std::min(seen, which->messages.size());
        out.messages.assign(which->messages.begin()
                              + static_cast<std::ptrdiff_t>(first),
                            which->messages.end());
        return out;
      }
      before = which->sources;
    }
    auto after = before;
    std::vector<http::node_message> fetched;
    const bool alone = after.size() == 1 && is_here(after.front().node);
    for (auto& x : after) {
      if (x.end)
        continue;
      auto part = fetch(id, x, alone ? longest : 0ms);
      std::move(part.begin(), part.end(), std::back_inserter(fetched));
    }
    const bool nothing_new = fetched.empty();
    take(id, before, after, std::move(fetched));
    if (!alone && nothing_new)
      std::this_thread::sleep_for(std::min(poll_interval, longest));
  }
}

} // namespace pixmill::cli
