#include "cluster/hub.hpp"

#include <utility>

#include <caf/actor_cast.hpp>

#include "telemetry/log.hpp"

namespace pixmill::cluster {

std::string skew(const std::string& name, std::uint32_t protocol,
                 const std::string& build, std::uint32_t head_protocol,
                 const std::string& head_build) {
  return "node " + name + " speaks protocol " + std::to_string(protocol)
         + " (Pixmill " + build + "), the head protocol "
         + std::to_string(head_protocol) + " (Pixmill " + head_build
         + "): install the same version on both";
}

void hub_state::start(hub_setup setup) {
  setup_ = std::move(setup);
  self_->set_down_handler(
    [this](const caf::down_msg& message) { down(message); });
}

std::string hub_state::judge(std::uint32_t protocol, const std::string& build,
                             const std::string& name, std::uint64_t life,
                             const heartbeat_times& heartbeats) {
  if (protocol != setup_.protocol)
    return skew(name, protocol, build, setup_.protocol, setup_.build);
  if (heartbeats != setup_.heartbeats || heartbeats.interval_ms <= 0)
    return "node " + name
           + " has other heartbeats than the head: one of the two would take "
             "the other for lost";
  const auto& sender = self_->current_sender();
  if (!sender)
    return "node " + name + " does not say who it is";
  const auto known = guests_.find(sender->node());
  if (known != guests_.end() && known->second.life != life)
    return "nodes " + known->second.name + " and " + name
           + " have the same CAF node id, which follows from network cards, "
             "disk and process id: start one of them with another process id, "
             "or in a network namespace of its own";
  if (known != guests_.end())
    self_->demonitor(known->second.who);
  self_->monitor(sender);
  guests_[sender->node()] = {.life = life,
                             .name = name,
                             .who = caf::actor_cast<caf::actor_addr>(sender)};
  return {};
}

void hub_state::look_into(std::uint64_t life,
                          const caf::strong_actor_ptr& inspector) {
  const auto& sender = self_->current_sender();
  if (!sender || !inspector || !setup_.directory)
    return;
  const auto known = guests_.find(sender->node());
  if (known == guests_.end() || known->second.life != life
      || inspector->node() != sender->node())
    return;
  setup_.directory->enter(known->second.name, life, inspector);
}

void hub_state::down(const caf::down_msg& message) {
  // Who takes its leave ends by itself.
  const bool lost = message.reason == caf::exit_reason::remote_link_unreachable;
  for (auto i = guests_.begin(); i != guests_.end(); ++i) {
    if (i->second.who != message.source)
      continue;
    if (setup_.directory)
      setup_.directory->leave(i->second.life, lost);
    guests_.erase(i);
    return;
  }
}

caf::behavior hub(caf::stateful_actor<hub_state>* self, hub_setup setup) {
  self->state.start(std::move(setup));
  return {
    [self](hello, std::uint32_t protocol, const std::string& build,
           const std::string& name, std::uint64_t life,
           std::int64_t interval_ms, std::int64_t timeout_ms)
      -> caf::result<std::uint32_t, std::string, std::string,
                     caf::strong_actor_ptr, std::string> {
      const auto& own = self->state.setup();
      const auto refused = self->state.judge(
        protocol, build, name, life,
        {.interval_ms = interval_ms, .timeout_ms = timeout_ms});
      if (refused.empty())
        return {own.protocol, own.build, std::string{},
                caf::actor_cast<caf::strong_actor_ptr>(own.dispatcher),
                own.store};
      telemetry::log(telemetry::log_level::warning, "a node was refused",
                     {{"node", name}, {"why", refused}});
      return {own.protocol, own.build, refused, caf::strong_actor_ptr{},
              std::string{}};
    },
    [self](show, std::uint64_t life, const caf::strong_actor_ptr& inspector) {
      self->state.look_into(life, inspector);
    },
  };
}

} // namespace pixmill::cluster
