#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "net/downloader.hpp"
#include "net/origin_gate.hpp"
#include "net/web_address.hpp"
#include "tests/actors/actor_fixture.hpp"

namespace pixmill::test {

/// Downloads that wait for permits as those of the real engine do, and that the
/// simulation ends by hand.
class simulated_fetcher final : public net::fetcher {
public:
  using time_point = net::origin_queue::time_point;

  ticket start(net::fetch_order order, callback done) override {
    const auto which = ++last_;
    auto origin = net::origin_named_by(order.url);
    queue_.push(origin, order.flow, which);
    orders_.emplace(which,
                    waiting{order.url, origin, order.flow, std::move(done)});
    if (gate_.is_stuck(origin))
      rule_.look();
    refuse_held(origin);
    pump();
    return which;
  }

  void cancel(ticket which) override {
    const auto i = orders_.find(which);
    if (i == orders_.end())
      return;
    net::download ended;
    ended.why.code = errc::canceled;
    if (pending.count(which) != 0)
      return finish(which, std::move(ended));
    queue_.remove(i->second.origin, i->second.flow, which);
    settle(which, std::move(ended));
  }

  void govern(net::origin_rule rule) override {
    rule_ = std::move(rule);
    gate_.govern(rule_.longest_hold);
  }

  void permit(std::vector<net::origin_permit> permits) override {
    for (const auto& origin : gate_.permit(permits, now))
      refuse_held(origin);
    pump();
  }

  void
  look(std::function<void(std::vector<net::origin_activity>)> told) override {
    told(gate_.look(now));
  }

  /// Ends a download that is under way.
  void finish(ticket which, net::download result) {
    const auto origin = pending.at(which).second;
    pending.erase(which);
    gate_.count(origin, result.retry_after.has_value(), 50ms);
    queue_.finished(origin);
    if (result.retry_after) {
      const bool is_news =
        gate_.told_to_wait(origin, now + *result.retry_after);
      refuse_held(origin);
      if (is_news)
        rule_.look();
    }
    settle(which, std::move(result));
    pump();
  }

  /// Starts what may start.
  void pump() {
    while (const auto next = queue_.pop(now)) {
      const auto& order = orders_.at(*next);
      pending.emplace(*next, std::pair{order.url, order.origin});
    }
  }

  time_point now{1'000s};
  /// Under way: URL and origin.
  std::map<ticket, std::pair<std::string, std::string>> pending;

private:
  struct waiting {
    std::string url;
    std::string origin;
    flow_id flow;
    callback done;
  };

  void settle(ticket which, net::download result) {
    auto node = orders_.extract(which);
    node.mapped().done(std::move(result));
  }

  void refuse_held(const std::string& origin) {
    std::vector<ticket> refused;
    const auto left = gate_.refuse_held(origin, now, refused);
    for (const auto which : refused) {
      auto result = fake_fetcher::failed(errc::rate_limited);
      result.retry_after = left;
      result.untried = true;
      settle(which, std::move(result));
    }
  }

  net::origin_queue queue_{6};
  net::origin_gate gate_{queue_};
  net::origin_rule rule_;
  std::map<ticket, waiting> orders_;
  ticket last_ = 0;
};

} // namespace pixmill::test
