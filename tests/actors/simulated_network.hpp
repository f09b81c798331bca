#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace pixmill::test {

/// How bad the network of a simulation is.
struct network_faults {
  std::uint32_t lost_ppm = 0; ///< Of all messages.
  /// Each message takes up to so long.
  std::chrono::milliseconds slowest{20};
  bool reorders = false; ///< A later message may overtake an earlier one.
};

/// The way from one node to another: what is sent arrives late, not in order,
/// or never, as the dice say.
class simulated_link {
public:
  using milliseconds = std::chrono::milliseconds;
  using delivery = std::function<void()>;

  simulated_link(std::mt19937_64& random, const network_faults& faults)
      : random_{random}, faults_{faults} {}

  /// Sends a message at `now`.
  void send(milliseconds now, delivery arrive) {
    if (now < cut_until_ || random_() % 1'000'000 < faults_.lost_ppm) {
      // Not destroyed: a promise in it must never be answered.
      lost_.push_back(std::move(arrive));
      return;
    }
    auto due =
      now
      + milliseconds{static_cast<milliseconds::rep>(
        random_() % static_cast<std::uint64_t>(faults_.slowest.count() + 1))};
    if (now < held_until_)
      due = std::max(due, held_until_);
    if (!faults_.reorders)
      due = last_due_ = std::max(due, last_due_);
    under_way_.emplace(due, std::move(arrive));
  }

  /// Delivers what has arrived by `now`.
  /// @returns Whether there was anything.
  bool deliver(milliseconds now) {
    bool any = false;
    while (!under_way_.empty() && under_way_.begin()->first <= now) {
      auto node = under_way_.extract(under_way_.begin());
      node.mapped()();
      any = true;
    }
    return any;
  }

  /// Loses what is under way, and what is sent before `until`.
  void cut(milliseconds until) {
    cut_until_ = std::max(cut_until_, until);
    for (auto& [due, arrive] : under_way_)
      lost_.push_back(std::move(arrive));
    under_way_.clear();
  }

  /// Keeps what is sent before `until` until then: the node stands still.
  void hold(milliseconds until) {
    held_until_ = std::max(held_until_, until);
  }

  /// Makes the network good from now on.
  void heal() {
    faults_.lost_ppm = 0;
    cut_until_ = held_until_ = {};
  }

private:
  std::mt19937_64& random_;
  network_faults faults_;
  std::multimap<milliseconds, delivery> under_way_;
  std::vector<delivery> lost_;
  milliseconds last_due_{0};
  milliseconds cut_until_{0};
  milliseconds held_until_{0};
};

} // namespace pixmill::test
