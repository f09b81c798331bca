#include "tests/actors/simulated_node.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>

namespace pixmill::test {

/// Something that a proxy has to do itself, since it asks or answers.
struct errand {
  std::shared_ptr<std::function<void()>> run;
};

} // namespace pixmill::test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pixmill::test::errand)

CAF_BEGIN_TYPE_ID_BLOCK(pixmill_simulation, caf::id_block::pixmill_local::end)
CAF_ADD_TYPE_ID(pixmill_simulation, (pixmill::test::errand))
CAF_END_TYPE_ID_BLOCK(pixmill_simulation)

namespace pixmill::test {

using namespace actors;

namespace {

using head_proxy = dispatcher_actor::extend<caf::reacts_to<errand>>;
using job_proxy = job_actor::extend<caf::reacts_to<errand>>;

constexpr auto run_errand = [](const errand& x) { (*x.run)(); };

} // namespace

/// Both ends of one connection between the node and the head. What was said
/// over it and has not arrived when it breaks goes nowhere, and asks for ever.
class simulated_node::connection
    : public std::enable_shared_from_this<simulated_node::connection> {
public:
  explicit connection(simulated_node& node)
      : node_{node}, head_{node.head_}, worker_{node.worker_} {}

  void open() {
    worker_proxy_ = node_.system_.spawn(
      [this](worker_actor::pointer) { return as_worker(); });
    head_proxy_ = node_.system_.spawn(
      [this](head_proxy::pointer self) { return as_head(self); });
    caf::anon_send(worker_, atom::link::value,
                   caf::actor_cast<caf::strong_actor_ptr>(head_proxy_));
  }

  /// Both sides notice that the other is gone.
  void close() {
    alive_ = false;
    constexpr auto why = caf::exit_reason::remote_link_unreachable;
    caf::anon_send_exit(worker_proxy_, why);
    caf::anon_send_exit(head_proxy_, why);
    for (auto& [id, job] : job_proxies_)
      caf::anon_send_exit(job, why);
  }

private:
  void send(simulated_link& way, std::function<void()> arrive) {
    way.send(node_.now_, [self = shared_from_this(), arrive] {
      if (self->alive_)
        arrive();
    });
  }

  // Sends something over the network that `self` will do when it arrives.
  void send(simulated_link& way, const caf::actor& self,
            std::function<void()> what) {
    send(way, [self, run = std::make_shared<std::function<void()>>(std::move(
                       what))] { caf::anon_send(self, errand{run}); });
  }

  // Asks the head, and brings the answer back, each over the network.
  template <class Answer, class Self, class Handle, class... Ts>
  caf::typed_response_promise<Answer> ask(Self self, const Handle& whom,
                                          Ts... message) {
    auto promise = self->template make_response_promise<Answer>();
    const auto me = caf::actor_cast<caf::actor>(self);
    send(node_.up_, me, [this, self, me, promise, whom, message...] {
      auto asked = self->request(whom, caf::infinite, message...);
      const auto refuse = [this, me, promise](const caf::error& why) {
        send(node_.down_, me,
             [promise, why]() mutable { promise.deliver(why); });
      };
      if constexpr (std::is_same_v<Answer, caf::unit_t>)
        asked.then(
          [this, me, promise] {
            send(node_.down_, me,
                 [promise]() mutable { promise.deliver(caf::unit); });
          },
          refuse);
      else
        asked.then(
          [this, me, promise](const Answer& x) {
            send(node_.down_, me,
                 [promise, x]() mutable { promise.deliver(x); });
          },
          refuse);
    });
    return promise;
  }

  worker_actor::behavior_type as_worker() {
    return {
      [](atom::inspect) { return actor_report{}; },
      [this](const row_task& task, const job_actor& job) {
        send(node_.down_, [this, task, proxy = proxy_of(job)] {
          caf::anon_send(worker_, task, proxy);
        });
      },
      [this](const lease_revocation& message) {
        send(node_.down_,
             [this, message] { caf::anon_send(worker_, message); });
      },
      [](const row_report&) {},
      [this](const origin_leases& leases) {
        send(node_.down_, [this, leases] { caf::anon_send(worker_, leases); });
      },
      [](atom::look) {},
      [](const origin_report&) {},
      [](atom::link, const caf::strong_actor_ptr&) {},
      [](atom::settled, const std::string&, slot_id, bool) {},
      [](atom::leave) {},
      [](atom::tick) {},
    };
  }

  head_proxy::behavior_type as_head(head_proxy::pointer self) {
    return {
      [](atom::inspect) { return actor_report{}; },
      [this, self](const node_description& about,
                   const worker_actor&) -> caf::result<void> {
        return ask<caf::unit_t>(self, head_, about, worker_proxy_);
      },
      [this, self](const load_report& report) -> caf::result<bool> {
        return ask<bool>(self, head_, report);
      },
      [this](const credit_return& credit) {
        send(node_.up_, [this, credit] { caf::anon_send(head_, credit); });
      },
      [this, self](const origin_report& told) -> caf::result<origin_leases> {
        return ask<origin_leases>(self, head_, told);
      },
      [this, self](const row_report& report) -> caf::result<bool> {
        return ask<bool>(self, head_, report);
      },
      [](atom::leave, incarnation_id) -> caf::result<void> {
        return caf::unit;
      },
      [](atom::list) { return std::vector<node_status>{}; },
      [](atom::origins) { return std::vector<origin_status>{}; },
      [](const node_command&) { return node_status{}; },
      [](const work_call&, const job_actor&) {},
      [](const task_offer&) {},
      [](const lease_revocation&) {},
      [](atom::tick) {},
      run_errand,
    };
  }

  job_actor proxy_of(const job_actor& job) {
    auto& proxy = job_proxies_[job.id()];
    if (!proxy)
      proxy = node_.system_.spawn(
        [this, job](job_proxy::pointer self) -> job_proxy::behavior_type {
          return {
            [](atom::inspect) { return actor_report{}; },
            [](atom::restore) {},
            [](const credit_grant&) {},
            [this, self, job](const row_report& report) -> caf::result<bool> {
              return ask<bool>(self, job, report);
            },
            [](const node_lost&) {},
            [](atom::hindered, const std::string&) {},
            [](const job_command&) { return job_status{}; },
            [](atom::status) { return job_status{}; },
            [](const open_query&) { return open_slots{}; },
            [](atom::tick) {},
            run_errand,
          };
        });
    return proxy;
  }

  simulated_node& node_;
  dispatcher_actor head_;
  worker_actor worker_;
  bool alive_ = true;
  worker_actor worker_proxy_;
  dispatcher_actor head_proxy_;
  std::map<caf::actor_id, job_actor> job_proxies_;
};

simulated_node::simulated_node(caf::actor_system& system,
                               std::mt19937_64& random,
                               const network_faults& faults,
                               simulated_origin& origin, std::string name,
                               std::uint32_t credit)
    : system_{system}, random_{random}, origin_{origin}, name_{std::move(name)},
      credit_{credit}, up_{random, faults}, down_{random, faults} {}

simulated_node::~simulated_node() {
  stop_worker();
}

void simulated_node::start_worker() {
  services_ = std::make_unique<services>();
  services_->fetcher.now = simulated_fetcher::time_point{1'000s + now_};
  worker_setup setup;
  setup.services = std::make_shared<const node_services>(
    node_services{.fetcher = &services_->fetcher,
                  .codec = &services_->codec,
                  .store = &services_->sink,
                  .node_name = name_});
  setup.about.credit = credit_;
  setup.seed = random_();
  setup.retry.fetch.first_pause = std::chrono::milliseconds{200};
  worker_ = system_.spawn(worker, setup, dispatcher_actor{});
}

void simulated_node::stop_worker() {
  if (!worker_)
    return;
  if (connection_ != nullptr)
    connection_->close();
  connection_ = nullptr;
  caf::anon_send_exit(worker_, caf::exit_reason::kill);
  worker_ = nullptr;
  // Its IMAGEs may still hold on to them.
  former_.push_back(std::move(services_));
  due_.clear();
}

void simulated_node::link(const dispatcher_actor& head) {
  head_ = head;
  if (!worker_)
    start_worker();
  if (connection_ != nullptr)
    connection_->close();
  connection_ = std::make_shared<connection>(*this);
  connection_->open();
}

std::size_t simulated_node::fetching(const std::string& origin) const {
  if (services_ == nullptr)
    return 0;
  const auto& pending = services_->fetcher.pending;
  return static_cast<std::size_t>(
    std::count_if(pending.begin(), pending.end(), [&](const auto& entry) {
      return entry.second.second == origin;
    }));
}

bool simulated_node::step(milliseconds now) {
  now_ = now;
  if (services_ != nullptr) {
    services_->fetcher.now = simulated_fetcher::time_point{1'000s + now_};
    services_->fetcher.pump();
  }
  const bool changed = change_link();
  const bool arrived = up_.deliver(now) | down_.deliver(now);
  return advance_downloads() | arrived | changed;
}

bool simulated_node::change_link() {
  if (breaks_at_ && now_ >= *breaks_at_) {
    breaks_at_.reset();
    if (connection_ != nullptr)
      connection_->close();
    connection_ = nullptr;
    return true;
  }
  if (links_at_ && now_ >= *links_at_) {
    links_at_.reset();
    link(head_);
    return true;
  }
  return false;
}

net::download simulated_node::answer(const std::string& url) {
  const auto times = ++origin_.fetched[url];
  switch (origin_.urls[url]) {
  case simulated_origin::kind::gone:
    return fake_fetcher::failed(errc::http_status, 404);
  case simulated_origin::kind::shaky:
    if (times == 1)
      return fake_fetcher::failed(errc::timeout);
    break;
  case simulated_origin::kind::busy:
    if (times == 1) {
      auto refused = fake_fetcher::failed(errc::rate_limited, 429);
      refused.retry_after =
        milliseconds{static_cast<milliseconds::rep>(500 + random_() % 4'000)};
      return refused;
    }
    break;
  default:
    break;
  }
  return fake_fetcher::body("12345678");
}

bool simulated_node::advance_downloads() {
  if (services_ == nullptr)
    return false;
  auto& pending = services_->fetcher.pending;
  std::erase_if(due_,
                [&](const auto& x) { return !pending.contains(x.first); });
  for (const auto& [ticket, order] : pending)
    if (!due_.contains(ticket)) {
      const bool slow =
        origin_.urls[order.first] == simulated_origin::kind::slow;
      due_[ticket] = now_
                     + milliseconds{static_cast<milliseconds::rep>(
                       random_() % 1'500 + (slow ? 8'000 : 0))};
    }
  std::vector<net::fetcher::ticket> ended;
  for (const auto& [ticket, due] : due_)
    if (due <= now_)
      ended.push_back(ticket);
  for (const auto ticket : ended) {
    due_.erase(ticket);
    services_->fetcher.finish(ticket,
                              answer(pending.find(ticket)->second.first));
  }
  return !ended.empty();
}

void simulated_node::partition(milliseconds now, milliseconds length) {
  up_.cut(now + length);
  down_.cut(now + length);
  if (length < noticed_after)
    return;
  breaks_at_ = now + noticed_after;
  links_at_ = now + length;
}

void simulated_node::freeze(milliseconds now, milliseconds length) {
  up_.hold(now + length);
  down_.hold(now + length);
  if (length < noticed_after)
    return;
  breaks_at_ = now + noticed_after;
  links_at_ = now + length;
}

void simulated_node::crash(milliseconds now) {
  stop_worker();
  breaks_at_.reset();
  links_at_ = now + milliseconds{1'000};
}

void simulated_node::heal() {
  up_.heal();
  down_.heal();
  if (breaks_at_ || links_at_ || connection_ == nullptr)
    links_at_ = now_;
  breaks_at_.reset();
}

} // namespace pixmill::test
