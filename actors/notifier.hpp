#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/protocol.hpp"
#include "actors/settings.hpp"
#include "model/webhook_signature.hpp"
#include "net/origin_queue.hpp"
#include "net/webhook_sender.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::persistence {
class journal_store;
}

namespace pixmill::actors {

/// What the NOTIFIER is started with.
struct notifier_setup {
  const persistence::journal_store* store = nullptr; ///< Outlives the actor.
  net::webhook_transport* transport = nullptr;       ///< Outlives the actor.
  journal_actor journal;
  notifier_settings settings;
  /// Makes the body of an event; the same for each of its attempts.
  std::function<caf::expected<std::string>(const delivery&)> body;
  /// Returns the secrets in force now, the newest first.
  std::function<caf::expected<std::vector<webhook_secret>>()> secrets;
  std::function<unix_ms()> wall = unix_now;
  std::uint64_t seed = 0; ///< Of the jitter.
};

/// Delivers events: when they are due, a few at once, receivers in turn, so
/// that a slow one holds up no other. What comes of an attempt is durable
/// before the next one. An event may reach its receiver twice, with the same
/// `webhook-id`, when the process ends between the answer and the journal.
///
/// Reads the journal, so it is spawned detached.
class notifier_state {
public:
  using pointer = notifier_actor::stateful_pointer<notifier_state>;

  explicit notifier_state(pointer self);

  void start(notifier_setup setup);
  caf::result<void> restore();
  void add(const outbox_entry& event);
  caf::result<delivery> replay(const std::string& event);
  caf::result<webhook_ping> ping(const std::string& url);
  void handle(const post_result& result);
  void tick();

  telemetry::actor_record& record();

private:
  using clock = std::chrono::steady_clock;
  using ticket = std::uint64_t;

  /// Where an event stands; each is in one place only. One that is replayed
  /// while the end of its last attempt is being stored is there twice for a
  /// moment, and `tickets_` knows the new one.
  enum class stage : std::uint8_t {
    later,
    ready,
    posting,
    storing,  ///< What an attempt came to.
    reopening ///< That it is to be replayed.
  };

  struct entry {
    std::string event;
    std::string origin;
    stage at = stage::later;
    clock::time_point due{}; ///< With `later`.
  };

  struct open_ping {
    std::string event;
    caf::typed_response_promise<webhook_ping> promise;
    unix_ms begun = 0;
  };

  // The schedule.
  void schedule(ticket which, clock::time_point due);
  void advance();
  void arm();
  void take_out(ticket which);
  void forget(ticket which);
  std::chrono::milliseconds pause_before(std::uint32_t attempt);

  // One attempt.
  void attempt(ticket which);
  void post(ticket which, const std::string& url, const std::string& event,
            std::string body);
  void settle(ticket which, delivery event, const post_result& result);
  void store(ticket which, delivery event, receiver_mark mark);
  const std::vector<webhook_secret>& secrets();
  void count();

  pointer self_;
  notifier_setup setup_;
  std::vector<std::chrono::milliseconds> pauses_;
  std::optional<telemetry::actor_record> record_;
  std::mt19937_64 random_;
  std::vector<webhook_secret> secrets_;

  std::map<ticket, entry> entries_;
  std::unordered_map<std::string, ticket> tickets_; ///< By event.
  std::multimap<clock::time_point, ticket> later_;
  std::optional<net::origin_queue> ready_;
  std::map<ticket, open_ping> pings_;
  ticket last_ticket_ = 0;
  std::uint32_t posting_ = 0; ///< Events, pings not among them.
  bool ticking_ = false;
};

notifier_actor::behavior_type notifier(notifier_state::pointer self,
                                       notifier_setup setup);

} // namespace pixmill::actors
