#include "net/engine.hpp"

#include <algorithm>
#include <utility>

#include <curl/curl.h>

#include "model/errc.hpp"
#include "model/trace_parent.hpp"

namespace pixmill::net {
namespace {

using std::chrono::milliseconds;

// A bound only: commands, sockets and released memory all wake the engine.
constexpr milliseconds idle_poll{10'000};
constexpr milliseconds busy_poll{1'000};
constexpr milliseconds starving_poll{50};

void start_libcurl() {
  // Never undone: other users of libcurl in this process may outlive us.
  static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(started);
}

download canceled() {
  download result;
  result.why.code = errc::canceled;
  return result;
}

} // namespace

void downloader::engine::multi_deleter::operator()(void* multi) const noexcept {
  curl_multi_cleanup(multi);
}

downloader::engine::engine(const fetch_settings& settings, address_guard guard,
                           std::shared_ptr<memory_budget> budget)
    : context_{.settings = settings,
               .guard = std::move(guard),
               .budget = std::move(budget),
               .may_exceed_budget =
                 [this](const transfer& x) { return may_exceed_budget(x); }},
      waiting_(settings.per_origin) {
  start_libcurl();
  multi_.reset(curl_multi_init());
  const auto connections =
    static_cast<long>(std::max(settings.max_transfers, 1u));
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, connections);
  on_release_ = context_.budget->subscribe(
    starving_, [this] { curl_multi_wakeup(multi_.get()); });
  thread_ = std::thread{[this] { run(); }};
}

downloader::engine::~engine() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  curl_multi_wakeup(multi_.get());
  thread_.join();
  on_release_.reset();
  idle_.clear();
}

fetcher::ticket downloader::engine::start(fetch_order order, callback done) {
  ++open_count_;
  ticket result = 0;
  {
    const std::lock_guard lock{mutex_};
    result = ++last_ticket_;
    commands_.push_back({result, std::move(order), std::move(done)});
    if (commands_.size() > 1)
      return result; // Whoever pushed the first has woken the engine.
  }
  curl_multi_wakeup(multi_.get());
  return result;
}

void downloader::engine::cancel(ticket which) {
  {
    const std::lock_guard lock{mutex_};
    commands_.push_back({which, {}, {}});
    if (commands_.size() > 1)
      return;
  }
  curl_multi_wakeup(multi_.get());
}

fetch_load downloader::engine::load() const {
  fetch_load result;
  result.active = active_count_;
  const auto open = open_count_.load();
  result.queued = open > result.active ? open - result.active : 0;
  result.bytes_held = context_.budget->held_bytes();
  result.finished = finished_count_;
  result.failed = failed_count_;
  return result;
}

void downloader::engine::act(std::function<void()> what) {
  {
    const std::lock_guard lock{mutex_};
    commands_.push_back({0, {}, {}, std::move(what)});
  }
  curl_multi_wakeup(multi_.get());
}

std::optional<std::vector<origin_load>>
downloader::engine::origins(milliseconds patience) {
  const auto asked = std::make_shared<std::promise<std::vector<origin_load>>>();
  auto answer = asked->get_future();
  act([this, asked] { asked->set_value(known_origins()); });
  if (answer.wait_for(patience) != std::future_status::ready)
    return std::nullopt;
  try {
    return answer.get();
  } catch (const std::future_error&) {
    return std::nullopt; // The engine has ended.
  }
}

std::vector<origin_load> downloader::engine::known_origins() const {
  const auto now = clock::now();
  std::unordered_map<std::string, origin_load> found;
  for (const auto& x : waiting_.loads()) {
    auto& load = found[x.origin];
    load.active = x.active;
    load.waiting = x.waiting;
    if (x.paused_until && *x.paused_until > now)
      load.pause = std::chrono::ceil<milliseconds>(*x.paused_until - now);
  }
  for (const auto& x : stats_.all()) {
    auto& load = found[x.origin];
    load.done = x.done;
    load.errors = x.errors;
    load.p50 = x.took.within(0.5);
    load.p99 = x.took.within(0.99);
  }
  std::vector<origin_load> out;
  out.reserve(found.size());
  for (auto& [origin, load] : found) {
    load.origin = origin;
    load.limit = waiting_.permitted(origin);
    out.push_back(std::move(load));
  }
  return out;
}

void downloader::engine::run() {
  while (true) {
    take_commands();
    {
      const std::lock_guard lock{mutex_};
      if (stopping_)
        break;
    }
    relieve();
    start_ready();
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    reap();
    end_overdue();
    // Slots that have become free are filled before anything is waited for.
    if (!std::exchange(reaped_, false) || waiting_.size() == 0)
      curl_multi_poll(multi_.get(), nullptr, 0,
                      static_cast<int>(poll_timeout().count()), nullptr);
  }
  end_all();
}

void downloader::engine::take_commands() {
  std::vector<command> commands;
  {
    const std::lock_guard lock{mutex_};
    commands.swap(commands_);
  }
  for (auto& what : commands) {
    if (what.act)
      what.act();
    else if (what.done)
      accept(std::move(what));
    else
      withdraw(what.which);
  }
}

void downloader::engine::accept(command what) {
  auto address = web_address::parse(what.order.url);
  if (!address) {
    download result;
    result.why = to_failure(address.error(), errc::url_invalid);
    --open_count_;
    ++finished_count_;
    ++failed_count_;
    what.done(std::move(result));
    return;
  }
  auto added = std::make_unique<request>(
    what.which, what.order.flow, std::move(what.done), std::move(*address));
  if (const auto parent = trace_parent::parse(what.order.trace))
    added->trace = parent->child(random_()).str();
  auto& waits = *added;
  requests_.emplace(what.which, std::move(added));
  wait_in_line(waits, false);
}

void downloader::engine::withdraw(ticket which) {
  const auto i = requests_.find(which);
  if (i == requests_.end())
    return;
  auto& what = *i->second;
  if (what.at) {
    what.at->abandon();
    leave_transfer(what);
  } else {
    waiting_.remove(what.address.origin(), what.flow, which);
  }
  settle(what, canceled());
}

void downloader::engine::start_ready() {
  const auto most = std::max(context_.settings.max_transfers, 1u);
  while (waiting_.size() > 0 && active_.size() < most) {
    if (!charge_first())
      return;
    const auto next = waiting_.pop(clock::now());
    if (!next) {
      context_.budget->give_back(body_sink::first_charge);
      return;
    }
    launch(*requests_.at(*next));
  }
}

bool downloader::engine::charge_first() {
  if (context_.budget->try_charge(body_sink::first_charge))
    return true;
  // Once more, now that whoever gives bytes back in between wakes us.
  starving_ = true;
  return context_.budget->try_charge(body_sink::first_charge);
}

void downloader::engine::launch(request& what) {
  if (idle_.empty()) {
    what.at = std::make_unique<transfer>(context_);
  } else {
    what.at = std::move(idle_.back());
    idle_.pop_back();
  }
  what.turn = ++last_turn_;
  const auto now = clock::now();
  if (!what.first_started)
    what.first_started = now;
  const auto left = context_.settings.total_timeout - what.spent;
  next_deadline_ = std::min(next_deadline_, now + left);
  active_.emplace(what.turn, &what);
  ++active_count_;
  what.at->begin(what.id, what.address, what.trace, what.connection, now);
  curl_multi_add_handle(multi_.get(), what.at->handle());
}

void downloader::engine::reap() {
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE)
      continue;
    // The message dies with the handle's place in the multi handle.
    const int code = message->data.result;
    transfer* ended = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &ended);
    conclude(*requests_.at(ended->ticket()), code);
  }
}

void downloader::engine::conclude(request& what, int curl_code) {
  auto got = what.at->end(curl_code);
  stats_.count(
    what.address.origin(),
    std::chrono::duration_cast<milliseconds>(what.at->spent(clock::now())),
    static_cast<bool>(got.why));
  gate_.count(what.address.origin(),
              got.why.code == errc::rate_limited || got.retry_after.has_value(),
              got.first_byte);
  leave_transfer(what);
  if (got.retry_after)
    told_to_wait(what.address.origin(), clock::now() + *got.retry_after);
  if (got.redirect) {
    follow(what, std::move(*got.redirect));
    return;
  }
  if (got.stale) {
    what.connection = connection_choice::fresh;
    wait_in_line(what, true);
    return;
  }
  download result;
  result.body = std::move(got.body);
  result.why = std::move(got.why);
  result.retry_after = got.retry_after;
  result.took = std::chrono::duration_cast<milliseconds>(clock::now()
                                                         - *what.first_started);
  settle(what, std::move(result));
}

void downloader::engine::follow(request& what, web_address next) {
  if (++what.redirects > context_.settings.max_redirects) {
    download result;
    result.why = {.code = errc::redirect_limit,
                  .http_status = 0,
                  .detail = "more than "
                            + std::to_string(context_.settings.max_redirects)
                            + " redirects"};
    settle(what, std::move(result));
    return;
  }
  what.address = std::move(next);
  wait_in_line(what, true);
}

// Ends the stay at one origin; the request itself goes on or is settled.
void downloader::engine::leave_transfer(request& what) {
  reaped_ = true;
  what.spent += what.at->spent(clock::now());
  curl_multi_remove_handle(multi_.get(), what.at->handle());
  idle_.push_back(std::move(what.at));
  active_.erase(what.turn);
  --active_count_;
  if (exempt_turn_ == what.turn)
    exempt_turn_ = 0;
  waiting_.finished(what.address.origin());
}

void downloader::engine::settle(request& what, download result) {
  const auto done = std::move(what.done);
  --open_count_;
  ++finished_count_;
  if (result.why)
    ++failed_count_;
  requests_.erase(what.id);
  done(std::move(result));
}

void downloader::engine::end_overdue() {
  const auto now = clock::now();
  if (now < next_deadline_)
    return;
  next_deadline_ = time_point::max();
  std::vector<request*> overdue;
  for (const auto& [turn, what] : active_) {
    const auto left =
      context_.settings.total_timeout - what->spent - what->at->spent(now);
    if (left <= clock::duration::zero())
      overdue.push_back(what);
    else
      next_deadline_ = std::min(next_deadline_, now + left);
  }
  for (auto* what : overdue)
    conclude(*what, CURLE_OPERATION_TIMEDOUT);
}

// Lets those try again that the budget refused, once it may have changed.
void downloader::engine::relieve() {
  const auto now = clock::now();
  if (!starving_
      || (context_.budget->held_bytes() >= held_when_refused_
          && now < next_relief_))
    return;
  // Whoever is refused again sets it again.
  starving_ = false;
  std::vector<request*> paused;
  for (const auto& [turn, what] : active_)
    if (what->at->paused())
      paused.push_back(what);
  for (auto* what : paused)
    if (const int code = what->at->resume(now); code != CURLE_OK)
      conclude(*what, code);
  held_when_refused_ = context_.budget->held_bytes();
  next_relief_ = now + starving_poll;
}

bool downloader::engine::may_exceed_budget(const transfer& which) {
  const auto turn = requests_.at(which.ticket())->turn;
  if (exempt_turn_ == turn)
    return true;
  starving_ = true;
  // Lent bytes come back without our doing. When all that is held belongs to
  // transfers under way, one of them has to get through to its end.
  if (exempt_turn_ != 0 || context_.budget->lent_bytes() > 0)
    return false;
  exempt_turn_ = turn;
  return true;
}

milliseconds downloader::engine::poll_timeout() const {
  auto longest = active_.empty() ? idle_poll : busy_poll;
  if (starving_)
    longest = starving_poll;
  auto until = std::min(clock::now() + longest, next_deadline_);
  if (const auto resume = waiting_.next_resume())
    until = std::min(until, *resume);
  const auto left = std::chrono::ceil<milliseconds>(until - clock::now());
  return std::max(left, milliseconds{0});
}

void downloader::engine::end_all() {
  while (!requests_.empty())
    withdraw(requests_.begin()->first);
  // A callback may have asked for more.
  while (true) {
    std::vector<command> commands;
    {
      const std::lock_guard lock{mutex_};
      commands.swap(commands_);
    }
    if (commands.empty())
      return;
    for (auto& what : commands)
      if (what.done)
        what.done(canceled());
  }
}

} // namespace pixmill::net
