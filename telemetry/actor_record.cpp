#include "telemetry/actor_record.hpp"

#include <algorithm>
#include <utility>

#include "telemetry/actor_registry.hpp"
#include "telemetry/message_trace.hpp"

namespace pixmill::telemetry {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

const char* to_string(actor_kind kind) noexcept {
  switch (kind) {
  case actor_kind::supervisor:
    return "supervisor";
  case actor_kind::job:
    return "job";
  case actor_kind::dispatcher:
    return "dispatcher";
  case actor_kind::worker:
    return "worker";
  case actor_kind::row:
    return "row";
  case actor_kind::image:
    return "image";
  case actor_kind::journal:
    return "journal";
  case actor_kind::notifier:
    return "notifier";
  case actor_kind::archive:
    return "archive";
  case actor_kind::inspector:
    return "inspector";
  }
  return "unknown";
}

actor_record::actor_record(actor_kind kind, std::uint64_t id,
                           std::uint64_t parent, std::string label,
                           std::string job, void* handle)
    : kind_{kind}, id_{id}, parent_{parent}, label_{std::move(label)},
      job_{std::move(job)}, handle_{handle}, born_{clock::now()} {
  actor_registry::instance().enter(*this);
}

// Nobody reads the figures once the registry has let go of them.
actor_record::~actor_record() {
  actor_registry::instance().leave(*this);
  for (auto* each = handlers_.load(std::memory_order_relaxed); each != nullptr;)
    delete std::exchange(each, each->next);
}

// -- written by the actor -----------------------------------------------------

actor_record::handling::handling(actor_record& record,
                                 message_kind what) noexcept
    : record_{record}, what_{what} {
  record_.messages_.fetch_add(1, std::memory_order_relaxed);
  record_.busy_since_.store(clock::now().time_since_epoch().count(),
                            std::memory_order_relaxed);
}

actor_record::handling::~handling() {
  const auto began = record_.busy_since_.load(std::memory_order_relaxed);
  const auto took = clock::now() - clock::time_point{clock::duration{began}};
  // First: a look between the two must not count the time twice.
  record_.busy_since_.store(0, std::memory_order_relaxed);
  record_.busy_total_.fetch_add(took.count(), std::memory_order_relaxed);
  if (what_.key != 0)
    record_.count(what_, took);
  if (sender_)
    message_traces::instance().add(record_, *sender_, what_.name,
                                   duration_cast<microseconds>(took));
}

void actor_record::handling::came_from(std::string sender) {
  sender_ = std::move(sender);
}

const char* actor_record::name_of(std::uint64_t key) const noexcept {
  for (const auto* each = handlers_.load(std::memory_order_relaxed);
       each != nullptr; each = each->next)
    if (each->what.key == key)
      return each->what.name;
  return nullptr;
}

void actor_record::count(const message_kind& what,
                         clock::duration took) noexcept {
  auto* found = handlers_.load(std::memory_order_relaxed);
  while (found != nullptr && found->what.key != what.key)
    found = found->next;
  if (found == nullptr) {
    found = new handler;
    found->what = what;
    found->next = handlers_.load(std::memory_order_relaxed);
    handlers_.store(found, std::memory_order_release);
  }
  found->count.fetch_add(1, std::memory_order_relaxed);
  found->total.fetch_add(took.count(), std::memory_order_relaxed);
  if (took.count() > found->longest.load(std::memory_order_relaxed))
    found->longest.store(took.count(), std::memory_order_relaxed);
}

void actor_record::set_state(const char* state) noexcept {
  if (state_.exchange(state, std::memory_order_relaxed) != state)
    note(state);
}

void actor_record::note(const char* text) noexcept {
  const auto number = event_total_.load(std::memory_order_relaxed);
  auto& place = events_[number % event_count];
  place.at.store(clock::now().time_since_epoch().count(),
                 std::memory_order_relaxed);
  place.text.store(text, std::memory_order_relaxed);
  event_total_.store(number + 1, std::memory_order_release);
}

// -- read by anyone -----------------------------------------------------------

actor_snapshot actor_record::snapshot() const {
  const auto now = clock::now();
  const auto busy_since = busy_since_.load(std::memory_order_relaxed);
  actor_snapshot out;
  out.id = id_;
  out.parent = parent_;
  out.kind = kind_;
  out.label = label_;
  out.job = job_;
  out.state = state_.load(std::memory_order_relaxed);
  out.age = duration_cast<milliseconds>(now - born_);
  out.mailbox = mailbox_.load(std::memory_order_relaxed);
  out.messages = messages_.load(std::memory_order_relaxed);
  out.busy_total = duration_cast<microseconds>(
    clock::duration{busy_total_.load(std::memory_order_relaxed)});
  if (busy_since != 0) {
    const auto busy = now - clock::time_point{clock::duration{busy_since}};
    out.busy = duration_cast<milliseconds>(busy);
    out.busy_total += duration_cast<microseconds>(busy);
  }
  if (const auto held = bytes_held_.load(std::memory_order_relaxed); held >= 0)
    out.bytes_held = static_cast<std::uint64_t>(held);
  return out;
}

actor_detail actor_record::detail() const {
  actor_detail out;
  for (const auto* each = handlers_.load(std::memory_order_acquire);
       each != nullptr; each = each->next)
    out.handlers.push_back(
      {.message = each->what.name,
       .count = each->count.load(std::memory_order_relaxed),
       .total = duration_cast<microseconds>(
         clock::duration{each->total.load(std::memory_order_relaxed)}),
       .longest = duration_cast<microseconds>(
         clock::duration{each->longest.load(std::memory_order_relaxed)})});
  std::sort(out.handlers.begin(), out.handlers.end(),
            [](const auto& a, const auto& b) { return a.total > b.total; });
  const auto now = clock::now();
  const auto total = event_total_.load(std::memory_order_acquire);
  for (std::size_t back = 1; back <= std::min(total, event_count); ++back) {
    const auto& each = events_[(total - back) % event_count];
    const auto* text = each.text.load(std::memory_order_relaxed);
    if (text == nullptr)
      continue;
    const auto at = each.at.load(std::memory_order_relaxed);
    out.events.push_back({duration_cast<milliseconds>(
                            now - clock::time_point{clock::duration{at}}),
                          text});
  }
  return out;
}

} // namespace pixmill::telemetry
