#include "actors/node_inspector.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/inspector.hpp"
#include "actors/tracking.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The head waits half a second in all. The download engine is never away for
// so long; while it is waited for, nobody else is answered.
constexpr milliseconds engine_patience = 100ms;
constexpr milliseconds longest_patience = 1'000ms;

std::size_t bytes_of(const actor_report& x) {
  constexpr std::size_t fixed = 80;
  return fixed + x.kind.size() + x.label.size() + x.state.size() + x.job.size();
}

bool is_killable(telemetry::actor_kind kind) {
  return kind == telemetry::actor_kind::image
         || kind == telemetry::actor_kind::row;
}

actor_view view_of(inspector::inside&& seen) {
  actor_view out;
  out.found = true;
  out.report = std::move(seen.report);
  for (auto& x : seen.detail.handlers)
    out.handlers.push_back({.message = std::move(x.message),
                            .count = x.count,
                            .total_us = x.total.count(),
                            .longest_us = x.longest.count()});
  for (auto& x : seen.detail.events)
    out.events.push_back({.ago_ms = x.ago.count(), .text = std::move(x.text)});
  return out;
}

} // namespace

void put_busiest_first(std::vector<net::origin_load>& origins) {
  std::sort(origins.begin(), origins.end(), [](const auto& a, const auto& b) {
    const auto rank = [](const net::origin_load& x) {
      return std::make_tuple(x.active + x.waiting, x.pause.count(), x.done);
    };
    return rank(a) != rank(b) ? rank(a) > rank(b) : a.origin < b.origin;
  });
}

node_inspector_state::node_inspector_state(pointer self) : self_{self} {}

telemetry::actor_record& node_inspector_state::record() {
  return *record_;
}

void node_inspector_state::start(node_inspector_setup setup) {
  setup_ = std::move(setup);
  record_.emplace(telemetry::actor_kind::inspector, self_->id(), 0,
                  setup_.node_name, std::string{}, handle_of(self_));
  record_->set_state("looking");
}

actor_page node_inspector_state::list(const actor_page_query& wanted) const {
  auto all = inspector::list();
  std::erase_if(all, [&](const auto& x) { return x.id <= wanted.after; });
  const auto most = std::min<std::size_t>(
    {all.size(), std::max(wanted.limit, 1u), most_actors_told});
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(most);
  const auto by_number = [](const auto& a, const auto& b) {
    return a.id < b.id;
  };
  std::partial_sort(all.begin(), end, all.end(), by_number);
  actor_page out;
  std::size_t bytes = 0;
  for (auto i = all.begin(); i != end && bytes < most_bytes_told; ++i) {
    bytes += bytes_of(*i);
    out.actors.push_back(std::move(*i));
  }
  out.more = out.actors.size() < all.size();
  return out;
}

caf::result<actor_view> node_inspector_state::look(const actor_query& wanted) {
  auto found = inspector::find(wanted.id);
  if (!found)
    return actor_view{};
  auto view = view_of(std::move(found->seen));
  if (!found->whom)
    return view;
  auto promise = self_->make_response_promise<actor_view>();
  const auto patience =
    std::clamp(milliseconds{wanted.patience_ms}, 1ms, longest_patience);
  auto deliver = [promise, id = wanted.id](actor_view told) mutable {
    // What it is at may have changed while it was asked.
    if (auto now = inspector::report(id))
      told.report = std::move(*now);
    promise.deliver(std::move(told));
  };
  self_
    ->request<caf::message_priority::high>(
      caf::actor_cast<caf::actor>(found->whom), patience, atom::inspect::value)
    .then(
      [view, deliver,
       asked = steady_clock::now()](const actor_report& answer) mutable {
        view.answered = true;
        view.took_us =
          duration_cast<microseconds>(steady_clock::now() - asked).count();
        view.mailbox = answer.mailbox;
        deliver(view);
      },
      [view, deliver](const caf::error&) mutable {
        deliver(view); // It is busy, or has ended.
      });
  return promise;
}

bool node_inspector_state::kill(std::uint64_t id) {
  bool may = false;
  telemetry::actor_registry::instance().visit(
    id, [&](const telemetry::actor_record& which) {
      may = is_killable(which.kind());
    });
  if (!may || !inspector::kill(id))
    return false;
  telemetry::log(telemetry::log_level::info, "an actor is ended by hand",
                 {{"node", setup_.node_name}, {"actor", std::to_string(id)}});
  return true;
}

trace_view node_inspector_state::traced(const trace_query& wanted) const {
  auto part = telemetry::message_traces::instance().read(
    wanted.id, static_cast<std::size_t>(wanted.seen), 0ms);
  if (!part)
    return {};
  trace_view out;
  out.known = true;
  const auto most =
    std::min<std::size_t>(std::max(wanted.limit, 1u), most_messages_told);
  out.ended = part->end.has_value() && part->messages.size() <= most;
  if (part->end)
    out.end = static_cast<std::uint8_t>(*part->end);
  if (part->messages.size() > most)
    part->messages.resize(most);
  for (auto& x : part->messages)
    out.messages.push_back(
      {.at_us = duration_cast<microseconds>(x.at.time_since_epoch()).count(),
       .from = std::move(x.from),
       .to = x.to,
       .what = std::move(x.what),
       .took_us = x.took.count()});
  return out;
}

origins_view node_inspector_state::origins() const {
  auto known = setup_.origins(engine_patience);
  if (!known)
    return {};
  put_busiest_first(*known);
  if (known->size() > most_origins_told)
    known->resize(most_origins_told);
  origins_view out;
  out.known = true;
  for (auto& x : *known)
    out.origins.push_back({.origin = std::move(x.origin),
                           .active = x.active,
                           .waiting = x.waiting,
                           .limit = x.limit,
                           .done = x.done,
                           .errors = x.errors,
                           .p50_ms = x.p50.count(),
                           .p99_ms = x.p99.count(),
                           .pause_ms = x.pause.count()});
  return out;
}

stage_report node_inspector_state::load() const {
  auto out = setup_.load();
  out.storing = telemetry::actor_registry::instance().count(
    telemetry::actor_kind::image, "storing");
  return out;
}

inspector_actor::behavior_type
node_inspector(node_inspector_state::pointer self, node_inspector_setup setup) {
  self->state.start(std::move(setup));
  return {
    [self](atom::inspect) { return report_of(self); },
    [self](const actor_page_query& wanted) {
      const auto guard = handling(self);
      return self->state.list(wanted);
    },
    [self](const actor_query& wanted) {
      const auto guard = handling(self);
      return self->state.look(wanted);
    },
    [self](atom::kill, std::uint64_t id) {
      const auto guard = handling(self);
      return self->state.kill(id);
    },
    [self](trace_request& wanted) {
      const auto guard = handling(self);
      return telemetry::message_traces::instance().begin(
        wanted.id, {.actor = wanted.actor,
                    .job = std::move(wanted.job),
                    .limit = wanted.limit,
                    .time = milliseconds{wanted.time_ms}});
    },
    [self](const trace_query& wanted) {
      const auto guard = handling(self);
      return self->state.traced(wanted);
    },
    [self](atom::cancel, const std::string& id) {
      const auto guard = handling(self);
      telemetry::message_traces::instance().stop(id);
    },
    [self](atom::origins) {
      const auto guard = handling(self);
      return self->state.origins();
    },
    [self](atom::load) {
      const auto guard = handling(self);
      return self->state.load();
    },
  };
}

} // namespace pixmill::actors
