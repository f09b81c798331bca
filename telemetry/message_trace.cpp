#include "telemetry/message_trace.hpp"

#include <algorithm>
#include <utility>

#include "telemetry/actor_record.hpp"

namespace pixmill::telemetry {

const char* to_string(trace_end end) noexcept {
  switch (end) {
  case trace_end::limit:
    return "limit";
  case trace_end::time:
    return "time";
  case trace_end::stopped:
    break;
  }
  return "stopped";
}

message_traces& message_traces::instance() {
  static message_traces traces;
  return traces;
}

bool message_traces::fits(const trace& which, const actor_record& record) {
  return !which.end
         && (which.order.actor != 0 ? which.order.actor == record.id()
                                    : which.order.job == record.job());
}

bool message_traces::wants(const actor_record& record) {
  const std::lock_guard lock{mutex_};
  // Nobody else may come by for long: a trace ends although no one reads it.
  tidy(clock::now());
  return std::any_of(traces_.begin(), traces_.end(),
                     [&](const trace& each) { return fits(each, record); });
}

void message_traces::add(const actor_record& to, const std::string& from,
                         const char* what, std::chrono::microseconds took) {
  const std::lock_guard lock{mutex_};
  const auto now = clock::now();
  for (auto& each : traces_) {
    if (!fits(each, to))
      continue;
    each.seen.push_back(
      {std::chrono::system_clock::now(), from, to.id(), what, took});
    if (each.seen.size() >= each.order.limit)
      finish(each, trace_end::limit, now);
  }
  news_.notify_all();
}

bool message_traces::begin(const std::string& id, trace_order order) {
  const std::lock_guard lock{mutex_};
  const auto now = clock::now();
  tidy(now);
  if (armed_.load(std::memory_order_relaxed) >= most)
    return false;
  const auto until = now + order.time;
  traces_.push_back({.id = id, .order = std::move(order), .until = until});
  ++armed_;
  return true;
}

void message_traces::finish(trace& which, trace_end why,
                            clock::time_point now) {
  if (which.end)
    return;
  which.end = why;
  which.until = now + kept;
  --armed_;
  news_.notify_all();
}

void message_traces::tidy(clock::time_point now) {
  for (auto& each : traces_)
    if (!each.end && each.until <= now)
      finish(each, trace_end::time, now);
  std::erase_if(traces_, [now](const trace& each) {
    return each.end && each.until <= now;
  });
}

message_traces::trace* message_traces::find(const std::string& id) {
  const auto found =
    std::find_if(traces_.begin(), traces_.end(),
                 [&](const trace& each) { return each.id == id; });
  return found == traces_.end() ? nullptr : &*found;
}

bool message_traces::knows(const std::string& id) {
  const std::lock_guard lock{mutex_};
  tidy(clock::now());
  return find(id) != nullptr;
}

std::optional<trace_part>
message_traces::read(const std::string& id, std::size_t seen,
                     std::chrono::milliseconds longest) {
  std::unique_lock lock{mutex_};
  const auto until = clock::now() + longest;
  for (;;) {
    const auto now = clock::now();
    tidy(now);
    const auto* which = find(id);
    if (which == nullptr)
      return std::nullopt;
    if (which->end || which->seen.size() > seen || now >= until) {
      trace_part out;
      if (seen < which->seen.size())
        out.messages.assign(which->seen.begin()
                              + static_cast<std::ptrdiff_t>(seen),
                            which->seen.end());
      out.end = which->end;
      return out;
    }
    news_.wait_until(lock, std::min(until, which->until));
  }
}

void message_traces::stop(const std::string& id) {
  const std::lock_guard lock{mutex_};
  if (auto* which = find(id))
    finish(*which, trace_end::stopped, clock::now());
}

} // namespace pixmill::telemetry
