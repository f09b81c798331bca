#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>

#include "actors/worker.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/simulated_fetcher.hpp"
#include "tests/actors/simulated_network.hpp"

namespace pixmill::test {

/// What the URLs of a simulation are, and what came of each so far.
struct simulated_origin {
  enum class kind : std::uint8_t { good, shaky, gone, slow, busy };
  std::map<std::string, kind> urls;
  std::map<std::string, int> fetched;
};

/// A node of a simulated cluster: a real WORKER with its ROWs and IMAGEs over a
/// network that loses, delays and reorders what it says to the head, and the
/// other way round.
///
/// The head's actors know the WORKER by a proxy, the WORKER knows them by
/// proxies, as with CAF's own distribution. A link that is noticed to be broken
/// takes its proxies with it; then the node links anew.
class simulated_node {
public:
  using milliseconds = std::chrono::milliseconds;

  simulated_node(caf::actor_system& system, std::mt19937_64& random,
                 const network_faults& faults, simulated_origin& origin,
                 std::string name, std::uint32_t credit);
  ~simulated_node();
  simulated_node(const simulated_node&) = delete;
  simulated_node& operator=(const simulated_node&) = delete;

  /// Connects to the head.
  void link(const actors::dispatcher_actor& head);

  /// Delivers messages and ends downloads that are due.
  /// @returns Whether there was anything to do.
  bool step(milliseconds now);

  /// The network between this node and the head fails until then; from
  /// `noticed_after` on both sides know, and the node links anew in the end.
  void partition(milliseconds now, milliseconds length);

  /// The node stands still until then.
  void freeze(milliseconds now, milliseconds length);

  /// The node's process ends, and another one starts in its place.
  void crash(milliseconds now);

  void heal();

  /// Ends the node's process; what its actors have to say then comes with the
  /// next messages, and what they work with stays until the node goes.
  void stop() {
    stop_worker();
  }

  std::uint32_t credit() const noexcept {
    return credit_;
  }

  /// Downloads at this moment: one for each slot under way.
  std::size_t fetching() const noexcept {
    return services_ == nullptr ? 0 : services_->fetcher.pending.size();
  }

  /// Downloads from one origin at this moment.
  std::size_t fetching(const std::string& origin) const;

  const std::string& name() const noexcept {
    return name_;
  }

private:
  static constexpr milliseconds noticed_after{2'500};

  class connection;

  /// What it works with.
  struct services {
    simulated_fetcher fetcher;
    fake_codec codec;
    fake_sink sink;
  };

  void start_worker();
  void stop_worker();
  bool change_link();
  bool advance_downloads();
  net::download answer(const std::string& url);

  caf::actor_system& system_;
  std::mt19937_64& random_;
  simulated_origin& origin_;
  std::string name_;
  std::uint32_t credit_;
  std::uint64_t lives_ = 0;
  milliseconds now_{0};
  simulated_link up_;
  simulated_link down_;
  actors::dispatcher_actor head_;
  actors::worker_actor worker_;
  std::unique_ptr<services> services_;
  std::shared_ptr<connection> connection_;
  // Of earlier lives; messages to them may be under way.
  std::vector<std::unique_ptr<services>> former_;
  std::map<net::fetcher::ticket, milliseconds> due_; ///< Of downloads.
  std::optional<milliseconds> breaks_at_;
  std::optional<milliseconds> links_at_;
};

} // namespace pixmill::test
