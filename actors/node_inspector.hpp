#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "actors/protocol.hpp"
#include "net/downloader.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::actors {

/// Puts those with work in front, then those that are left alone.
void put_busiest_first(std::vector<net::origin_load>& origins);

/// What an INSPECTOR is started with: what it asks of its node. Both outlive
/// it.
struct node_inspector_setup {
  std::string node_name;
  /// See net::downloader::origins.
  std::function<std::optional<std::vector<net::origin_load>>(
    std::chrono::milliseconds patience)>
    origins;
  /// How far images are; what only the actors know is filled in.
  std::function<stage_report()> load;
};

/// Looks inside a node for its head: at the registry, at one actor, at the
/// traces, and at what the node knows of origins. Changes nothing but by
/// `kill`. It has a thread of its own, so that it answers while all others are
/// busy, and waits for none of them.
class node_inspector_state {
public:
  using pointer = inspector_actor::stateful_pointer<node_inspector_state>;

  /// An answer holds no more than this.
  static constexpr std::size_t most_actors_told = 2'000;
  static constexpr std::size_t most_bytes_told = 400'000;
  static constexpr std::size_t most_messages_told = 500;
  static constexpr std::size_t most_origins_told = 1'000;

  explicit node_inspector_state(pointer self);

  void start(node_inspector_setup setup);
  actor_page list(const actor_page_query& wanted) const;
  caf::result<actor_view> look(const actor_query& wanted);
  bool kill(std::uint64_t id);
  trace_view traced(const trace_query& wanted) const;
  origins_view origins() const;
  stage_report load() const;

  telemetry::actor_record& record();

private:
  pointer self_;
  node_inspector_setup setup_;
  std::optional<telemetry::actor_record> record_;
};

inspector_actor::behavior_type
node_inspector(node_inspector_state::pointer self, node_inspector_setup setup);

} // namespace pixmill::actors
