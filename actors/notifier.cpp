#include "actors/notifier.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/tracking.hpp"
#include "net/web_address.hpp"
#include "persistence/journal_store.hpp"
#include "telemetry/log.hpp"
#include "telemetry/webhook_counters.hpp"

namespace pixmill::actors {
namespace {

using std::chrono::milliseconds;

// Pending messages hold up the end of the process: no long ones.
constexpr milliseconds longest_tick{200};
// After which an event that could not be read is looked at again.
constexpr milliseconds read_pause{60'000};
// Each holds up a caller for as long as the receiver likes.
constexpr std::size_t most_pings = 4;
// Events of one receiver wait in the order in which they were due.
constexpr pixmill::flow_id one_flow = 0;
constexpr std::uint16_t status_gone = 410;

std::string origin_of(const std::string& url) {
  const auto address = net::web_address::parse(url);
  return address ? address->origin() : url;
}

telemetry::webhook_counters& counters() {
  return telemetry::webhook_counters::instance();
}

std::string ping_body(unix_ms now) {
  return R"({"type":"webhook.test","timestamp":")" + to_rfc3339(now)
         + R"(","data":{}})";
}

post_result result_of(std::uint64_t ticket, net::webhook_answer answer) {
  return {.ticket = ticket,
          .status = answer.status,
          .why = std::move(answer.why),
          .retry_after_ms =
            answer.retry_after.value_or(milliseconds{0}).count(),
          .took_ms = answer.took.count()};
}

delivery_attempt attempt_of(const post_result& result, unix_ms now) {
  return {.at = now - result.took_ms,
          .status = result.status,
          .why = result.why,
          .milliseconds = static_cast<std::uint32_t>(result.took_ms)};
}

} // namespace

notifier_state::notifier_state(pointer self) : self_{self} {}

telemetry::actor_record& notifier_state::record() {
  return *record_;
}

void notifier_state::start(notifier_setup setup) {
  setup_ = std::move(setup);
  for (const auto& text : setup_.settings.schedule)
    if (const auto pause = parse_pause(text))
      pauses_.push_back(*pause);
  if (pauses_.empty())
    pauses_.emplace_back(0);
  random_.seed(setup_.seed);
  ready_.emplace(setup_.settings.per_receiver);
  record_.emplace(telemetry::actor_kind::notifier, self_->id(), 0, "notifier",
                  std::string{}, handle_of(self_));
}

caf::result<void> notifier_state::restore() {
  auto promise = self_->make_response_promise<caf::unit_t>();
  // First to be told of new events, then to look for old ones: none slips
  // through between the two.
  self_
    ->request(setup_.journal, caf::infinite, atom::listen::value,
              notifier_actor{self_})
    .then(
      [this, promise]() mutable {
        const auto guard = handling(self_);
        const auto left = setup_.store->events().pending();
        if (left) {
          for (const auto& event : *left)
            add(event);
          promise.deliver(caf::unit);
        } else {
          promise.deliver(left.error());
        }
      },
      [promise](caf::error& reason) mutable {
        promise.deliver(std::move(reason));
      });
  return promise;
}

// -- the schedule -------------------------------------------------------------

milliseconds notifier_state::pause_before(std::uint32_t attempt) {
  const auto pause = pauses_[attempt];
  const auto most =
    pause.count() / 100 * setup_.settings.jitter_percent
    + pause.count() % 100 * setup_.settings.jitter_percent / 100;
  return pause
         + milliseconds{
           std::uniform_int_distribution<std::int64_t>{-most, most}(random_)};
}

void notifier_state::add(const outbox_entry& event) {
  // An old one may be told of twice, by the journal and by the outbox.
  if (tickets_.contains(event.event))
    return;
  const auto which = ++last_ticket_;
  tickets_.emplace(event.event, which);
  entries_.emplace(which,
                   entry{.event = event.event, .origin = origin_of(event.url)});
  // Wall time is what outlives a process; within it, time is monotonic.
  auto wait = milliseconds{event.due - setup_.wall()};
  if (event.tries == 0)
    wait += pause_before(0);
  schedule(which, self_->clock().now() + std::max(wait, milliseconds{0}));
  advance();
}

void notifier_state::schedule(ticket which, clock::time_point due) {
  auto& one = entries_.at(which);
  one.at = stage::later;
  one.due = due;
  later_.emplace(due, which);
}

void notifier_state::advance() {
  const auto now = self_->clock().now();
  while (!later_.empty() && later_.begin()->first <= now) {
    const auto which = later_.begin()->second;
    later_.erase(later_.begin());
    auto& one = entries_.at(which);
    one.at = stage::ready;
    ready_->push(one.origin, one_flow, which);
  }
  while (posting_ < setup_.settings.max_deliveries) {
    const auto which = ready_->pop(now);
    if (!which)
      break;
    attempt(*which);
  }
  arm();
  count();
}

void notifier_state::arm() {
  if (ticking_ || later_.empty())
    return;
  ticking_ = true;
  const auto left = std::chrono::ceil<milliseconds>(later_.begin()->first
                                                    - self_->clock().now());
  self_->delayed_send(self_, std::clamp(left, milliseconds{1}, longest_tick),
                      atom::tick::value);
}

void notifier_state::tick() {
  ticking_ = false;
  advance();
}

void notifier_state::take_out(ticket which) {
  const auto& one = entries_.at(which);
  if (one.at == stage::ready)
    ready_->remove(one.origin, one_flow, which);
  if (one.at != stage::later)
    return;
  const auto [first, last] = later_.equal_range(one.due);
  const auto found =
    std::find_if(first, last, [&](const auto& x) { return x.second == which; });
  if (found != last)
    later_.erase(found);
}

void notifier_state::forget(ticket which) {
  const auto gone = entries_.extract(which);
  const auto known = tickets_.find(gone.mapped().event);
  if (known != tickets_.end() && known->second == which)
    tickets_.erase(known);
}

void notifier_state::count() {
  counters().pending = entries_.size();
  counters().under_way = posting_ + pings_.size();
  record_->set_state(posting_ > 0       ? "delivering"
                     : entries_.empty() ? "idle"
                                        : "waiting");
}

// -- one attempt --------------------------------------------------------------

const std::vector<webhook_secret>& notifier_state::secrets() {
  auto now = setup_.secrets();
  if (now)
    secrets_ = std::move(*now);
  else
    telemetry::log(telemetry::log_level::error,
                   "webhooks go on with the secrets from before: "
                     + context_of(now.error()));
  return secrets_;
}

// The ticket has been popped, so that its origin has to be told of its end.
void notifier_state::attempt(ticket which) {
  auto& one = entries_.at(which);
  const auto origin = one.origin;
  auto event = setup_.store->events().find(one.event);
  if (!event) {
    ready_->finished(origin);
    if (code_of(event.error(), errc::store) == errc::no_such_delivery)
      return forget(which);
    return schedule(which, self_->clock().now() + read_pause);
  }
  const auto& url = event->job.options.webhook_url;
  const auto gone = setup_.store->events().is_gone(url);
  if (gone && *gone) {
    ready_->finished(origin);
    event->state = delivery_state::disabled;
    event->next_at = 0;
    ++counters().disabled;
    return store(which, std::move(*event), receiver_mark::none);
  }
  one.at = stage::posting;
  ++posting_;
  auto body = setup_.body(*event);
  if (!body)
    return self_->send(
      self_, post_result{.ticket = which,
                         .why = to_failure(body.error(), errc::store)});
  post(which, url, event->id, std::move(*body));
}

void notifier_state::post(ticket which, const std::string& url,
                          const std::string& event, std::string body) {
  const auto& keys = secrets();
  if (keys.empty())
    return self_->send(
      self_, post_result{.ticket = which,
                         .why = {.code = errc::store,
                                 .http_status = 0,
                                 .detail = "there is no secret to sign with"}});
  const auto timestamp = std::to_string(setup_.wall() / 1000);
  const auto signature = sign_with_all(keys, event, timestamp, body);
  net::webhook_post what{.url = url,
                         .fields = {"webhook-id: " + event,
                                    "webhook-timestamp: " + timestamp,
                                    "webhook-signature: " + signature},
                         .body = std::move(body)};
  ++counters().attempts;
  setup_.transport->start(std::move(what), [self = notifier_actor{self_},
                                            which](net::webhook_answer answer) {
    caf::anon_send(self, result_of(which, std::move(answer)));
  });
}

void notifier_state::handle(const post_result& result) {
  // The process ends; the next one finds the event as it was.
  if (result.why.code == errc::canceled)
    return;
  if (result.why)
    ++counters().failed_attempts;
  if (auto ping = pings_.extract(result.ticket); !ping.empty()) {
    auto& open = ping.mapped();
    open.promise.deliver(
      webhook_ping{open.event, attempt_of(result, setup_.wall())});
    return count();
  }
  const auto found = entries_.find(result.ticket);
  if (found == entries_.end())
    return;
  --posting_;
  ready_->finished(found->second.origin);
  auto event = setup_.store->events().find(found->second.event);
  if (event)
    settle(result.ticket, std::move(*event), result);
  else if (code_of(event.error(), errc::store) == errc::no_such_delivery)
    forget(result.ticket);
  else
    schedule(result.ticket, self_->clock().now() + read_pause);
  advance();
}

void notifier_state::settle(ticket which, delivery event,
                            const post_result& result) {
  const auto now = setup_.wall();
  event.attempts.push_back(attempt_of(result, now));
  if (event.attempts.size() > delivery::most_attempts)
    event.attempts.erase(event.attempts.begin());
  ++event.tries;
  event.next_at = 0;
  auto mark = receiver_mark::none;
  if (!result.why) {
    event.state = delivery_state::delivered;
    ++counters().delivered;
  } else if (result.status == status_gone) {
    event.state = delivery_state::disabled;
    mark = receiver_mark::gone;
    ++counters().disabled;
  } else if (event.tries >= pauses_.size()) {
    event.state = delivery_state::failed;
    ++counters().given_up;
  } else {
    const milliseconds longest = setup_.settings.longest_retry_after;
    const auto asked = std::min(milliseconds{result.retry_after_ms}, longest);
    event.next_at = now + std::max(pause_before(event.tries), asked).count();
  }
  if (event.state != delivery_state::pending && result.why)
    telemetry::log(telemetry::log_level::warning,
                   event.id + " of " + event.job.id + " is "
                     + std::string{to_string(event.state)} + ": "
                     + result.why.word());
  store(which, std::move(event), mark);
}

void notifier_state::store(ticket which, delivery event, receiver_mark mark) {
  entries_.at(which).at = stage::storing;
  const bool pending = event.state == delivery_state::pending;
  const auto due =
    self_->clock().now()
    + std::max(milliseconds{event.next_at - setup_.wall()}, milliseconds{0});
  const auto go_on = [this, which, pending, due] {
    if (pending)
      schedule(which, due);
    else
      forget(which);
    advance();
  };
  self_
    ->request(setup_.journal, caf::infinite,
              delivery_update{.event = std::move(event), .mark = mark})
    .then(
      [this, go_on]() {
        const auto guard = handling(self_);
        go_on();
      },
      [this, go_on](const caf::error& reason) {
        const auto guard = handling(self_);
        // The next start finds the event as it was, and delivers it again.
        telemetry::log(telemetry::log_level::error,
                       "delivery not stored: " + context_of(reason));
        go_on();
      });
}

// -- by hand ------------------------------------------------------------------

caf::result<delivery> notifier_state::replay(const std::string& id) {
  auto event = setup_.store->events().find(id);
  if (!event)
    return std::move(event.error());
  const auto known = tickets_.find(id);
  auto which = known == tickets_.end() ? 0 : known->second;
  const auto at = which == 0 ? stage::later : entries_.at(which).at;
  // Its end can be read in the store before the answer to `store` is here.
  if (at == stage::storing && event->state != delivery_state::pending)
    which = 0;
  else if (at >= stage::posting)
    return std::move(*event); // It is being delivered as it is asked for.
  if (which == 0)
    which = ++last_ticket_;
  else
    take_out(which);
  tickets_.insert_or_assign(id, which);
  entries_[which] = {.event = id,
                     .origin = origin_of(event->job.options.webhook_url),
                     .at = stage::reopening};
  event->state = delivery_state::pending;
  event->tries = 0;
  event->next_at = setup_.wall();
  auto promise = self_->make_response_promise<delivery>();
  self_
    ->request(setup_.journal, caf::infinite,
              delivery_update{.event = *event, .mark = receiver_mark::back})
    .then(
      [this, promise, which, answer = *event]() mutable {
        const auto guard = handling(self_);
        promise.deliver(std::move(answer));
        schedule(which, self_->clock().now());
        advance();
      },
      [this, promise, which](caf::error& reason) mutable {
        const auto guard = handling(self_);
        // As it was before, which only the next start can tell.
        forget(which);
        promise.deliver(std::move(reason));
      });
  return promise;
}

caf::result<webhook_ping> notifier_state::ping(const std::string& url) {
  if (pings_.size() >= most_pings)
    return make_error(errc::rate_limited, "other tests are under way");
  const auto now = setup_.wall();
  const auto which = ++last_ticket_;
  auto promise = self_->make_response_promise<webhook_ping>();
  const auto event = new_id("evt_", now);
  pings_.emplace(which, open_ping{event, promise, now});
  post(which, url, event, ping_body(now));
  count();
  return promise;
}

notifier_actor::behavior_type notifier(notifier_state::pointer self,
                                       notifier_setup setup) {
  self->state.start(std::move(setup));
  return {
    [self](atom::inspect) { return report_of(self); },
    [self](const outbox_entry& event) {
      const auto guard = handling(self);
      self->state.add(event);
    },
    [self](atom::restore) {
      const auto guard = handling(self);
      return self->state.restore();
    },
    [self](atom::replay, const std::string& event) {
      const auto guard = handling(self);
      return self->state.replay(event);
    },
    [self](atom::ping, const std::string& url) {
      const auto guard = handling(self);
      return self->state.ping(url);
    },
    [self](const post_result& result) {
      const auto guard = handling(self);
      self->state.handle(result);
    },
    [self](atom::tick) {
      const auto guard = handling(self);
      self->state.tick();
    },
  };
}

} // namespace pixmill::actors
