#include "actors/row.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/tracking.hpp"
#include "model/trace_parent.hpp"
#include "net/backoff.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {

using std::chrono::milliseconds;

row_state::row_state(pointer self) : self_{self} {}

telemetry::actor_record& row_state::record() {
  return *record_;
}

void row_state::start(row_task task,
                      std::shared_ptr<const node_services> services,
                      retry_policy policy, worker_actor worker,
                      const job_actor& job) {
  task_ = std::move(task);
  services_ = std::move(services);
  policy_ = std::move(policy);
  worker_ = std::move(worker);
  self_->monitor(worker_);
  started_ = self_->clock().now();
  random_.seed(policy_.seed ^ task_.lease);
  record_.emplace(telemetry::actor_kind::row, self_->id(), job.id(),
                  "row " + std::to_string(task_.slots.front().slot.row),
                  task_.job, handle_of(self_));
  record_->set_state("running");
  open_ = task_.slots.size();
  items_.reserve(open_);
  for (auto& slot : task_.slots)
    spawn_image(items_.emplace_back(work{std::move(slot), {}, true, {}}));
}

row_state::work* row_state::find(slot_id slot) {
  const auto i =
    std::find_if(items_.begin(), items_.end(), [slot](const work& x) {
      return x.open && x.task.slot == slot;
    });
  return i == items_.end() ? nullptr : &*i;
}

void row_state::spawn_image(work& item) {
  item.image = caf::actor_cast<image_actor>(self_->spawn<caf::monitored>(
    image, item.task, task_.goal,
    image_context{.flow = std::hash<std::string>{}(task_.job),
                  .trace_parent = task_.trace_parent,
                  .permit = task_.permit,
                  .job = task_.job},
    services_, row_actor{self_}));
  self_->send(item.image, atom::attempt::value);
}

void row_state::attempt(std::uint16_t index) {
  auto* item = find({task_.slots.front().slot.row, index});
  if (item == nullptr)
    return;
  if (item->image)
    self_->send(item->image, atom::attempt::value);
  else
    spawn_image(*item);
}

void row_state::handle(const slot_report& report) {
  auto* item = find(report.slot);
  if (item == nullptr)
    return;
  if (report.result.state == item_state::storing) {
    item->waits_until = self_->clock().now() + milliseconds{report.retry_in_ms};
    row_report waits{.job = task_.job,
                     .lease = task_.lease,
                     .incarnation = task_.incarnation,
                     .slots = {}};
    waits.slots.push_back(report);
    self_->send(worker_, std::move(waits));
    return;
  }
  item->task.attempts = report.result.attempts;
  if (report.result.state == item_state::failed
      && report.result.why.transient())
    try_again_or_report(*item, report);
  else
    this->report(*item, report.result, milliseconds{0});
}

void row_state::try_again_or_report(work& item, const slot_report& report) {
  const auto spent = self_->clock().now() - started_;
  if (item.task.attempts >= policy_.fetch.max_attempts
      || spent >= policy_.item_timeout)
    return this->report(item, report.result, milliseconds{0});
  const auto wish = report.retry_in_ms > 0
                      ? std::optional{milliseconds{report.retry_in_ms}}
                      : std::nullopt;
  const auto pause =
    net::pause_before(item.task.attempts + 1u, policy_.fetch, wish, random_());
  if (pause <= policy_.short_pause) {
    self_->delayed_send(self_, pause, atom::attempt::value,
                        item.task.slot.index);
    return;
  }
  auto later = report.result;
  later.state = item_state::pending;
  this->report(item, std::move(later), pause);
}

void row_state::report(work& item, outcome result, milliseconds retry_in) {
  if (telemetry::is_logged(telemetry::log_level::debug))
    telemetry::log(telemetry::log_level::debug,
                   "item " + std::string{to_string(result.state)},
                   {{"job", task_.job},
                    {"row", item.task.slot.row},
                    {"slot", item.task.slot.index},
                    {"code", result.why ? result.why.word() : std::string{}},
                    {"attempts", result.attempts},
                    {"url", telemetry::loggable_url(item.task.url)},
                    {"trace_id", trace_id_of(task_.trace_parent)}});
  item.open = false;
  --open_;
  if (item.image)
    self_->send(item.image, atom::cancel::value);
  item.image = nullptr;
  row_report message{.job = task_.job,
                     .lease = task_.lease,
                     .incarnation = task_.incarnation,
                     .slots = {}};
  message.slots.push_back({.slot = item.task.slot,
                           .result = std::move(result),
                           .retry_in_ms = retry_in.count()});
  self_->send(worker_, std::move(message));
  if (open_ == 0)
    end();
}

void row_state::check_deadline() {
  const auto now = self_->clock().now();
  if (now - started_ < policy_.item_timeout)
    return;
  for (auto& item : items_) {
    if (!item.open || now < item.waits_until)
      continue;
    outcome late;
    late.state = item_state::failed;
    late.why = {.code = errc::deadline,
                .http_status = 0,
                .detail = "no outcome within "
                          + std::to_string(policy_.item_timeout.count())
                          + " ms"};
    late.attempts = item.task.attempts;
    late.node = services_->node_name;
    report(item, std::move(late), milliseconds{0});
  }
}

void row_state::down(const caf::actor_addr& source, const caf::error& reason) {
  // Nobody is left to report to, or to look at the deadline.
  if (source == worker_.address())
    return cancel();
  const auto i = std::find_if(items_.begin(), items_.end(), [&](const work& x) {
    return x.open && x.image && x.image.address() == source;
  });
  if (i == items_.end())
    return;
  // A bug in IMAGE costs one attempt of one image, never the row.
  i->image = nullptr;
  outcome died;
  died.state = item_state::failed;
  died.why = {.code = errc::node_lost,
              .http_status = 0,
              .detail = "the image's actor ended: " + context_of(reason)};
  // An image that was ended by hand has not tried in vain.
  const int tried = reason == caf::exit_reason::kill ? 0 : 1;
  died.attempts = static_cast<std::uint16_t>(i->task.attempts + tried);
  died.node = services_->node_name;
  handle({.slot = i->task.slot, .result = std::move(died), .retry_in_ms = 0});
}

void row_state::cancel() {
  for (auto& item : items_)
    if (item.open && item.image)
      self_->send(item.image, atom::cancel::value);
  end();
}

// What only waits for the store is finished work: it may still count.
void row_state::salvage() {
  const auto now = self_->clock().now();
  for (auto& item : items_) {
    if (!item.open || now < item.waits_until)
      continue;
    item.open = false;
    --open_;
    if (item.image)
      self_->send(item.image, atom::cancel::value);
    item.image = nullptr;
  }
  if (open_ == 0)
    end();
}

void row_state::end() {
  // Else the worker remembers who wanted to know, for as long as it lives, and
  // with that the whole of this actor's memory.
  self_->demonitor(worker_.address());
  self_->quit();
}

row_actor::behavior_type row(row_state::pointer self, row_task task,
                             std::shared_ptr<const node_services> services,
                             retry_policy policy, worker_actor worker,
                             const job_actor& job) {
  self->set_down_handler([self](const caf::down_msg& message) {
    const auto guard = handling(self);
    self->state.down(message.source, message.reason);
  });
  self->state.start(std::move(task), std::move(services), std::move(policy),
                    std::move(worker), job);
  return {
    [self](atom::inspect) { return report_of(self); },
    [self](const slot_report& report) {
      const auto guard = handling(self);
      self->state.handle(report);
    },
    [self](atom::cancel) {
      const auto guard = handling(self);
      self->state.cancel();
    },
    [self](atom::salvage) {
      const auto guard = handling(self);
      self->state.salvage();
    },
    [self](atom::attempt, std::uint16_t index) {
      const auto guard = handling(self);
      self->state.attempt(index);
    },
    [self](atom::tick) {
      const auto guard = handling(self);
      self->state.check_deadline();
    },
  };
}

} // namespace pixmill::actors
