#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <caf/actor_addr.hpp>
#include <caf/atom.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/node_id.hpp>
#include <caf/result.hpp>
#include <caf/stateful_actor.hpp>

#include "actors/node_directory.hpp"
#include "actors/protocol.hpp"
#include "cluster/network.hpp"

/// How two nodes meet. The first message and its answer are made of plain
/// types and never change, so that nodes of different versions can tell each
/// other so.
namespace pixmill::cluster {

using hello = caf::atom_constant<caf::atom("hello")>;
using show = caf::atom_constant<caf::atom("show")>;

/// What a head says of itself.
struct hub_setup {
  actors::dispatcher_actor dispatcher;
  std::string store; ///< Where results go: see `result_places`.
  heartbeat_times heartbeats;
  /// Is told who can be looked into; null: nobody.
  std::shared_ptr<actors::node_directory> directory{};
  std::uint32_t protocol = actors::protocol_version;
  std::string build = PIXMILL_VERSION;
};

/// What workers connect to: it looks at who comes, and shows the DISPATCHER to
/// those who fit.
class hub_state {
public:
  explicit hub_state(caf::event_based_actor* self) : self_{self} {}

  void start(hub_setup setup);
  /// @returns Why it may not join; empty: it may.
  std::string judge(std::uint32_t protocol, const std::string& build,
                    const std::string& name, std::uint64_t life,
                    const heartbeat_times& heartbeats);
  void look_into(std::uint64_t life, const caf::strong_actor_ptr& inspector);
  void down(const caf::down_msg& message);
  const hub_setup& setup() const noexcept {
    return setup_;
  }

private:
  struct guest {
    std::uint64_t life = 0;
    std::string name;
    caf::actor_addr who;
  };

  caf::event_based_actor* self_;
  hub_setup setup_;
  std::map<caf::node_id, guest> guests_;
};

/// Answers `hello`, protocol, build, name, life (64 random bits of the
/// process), heartbeat interval and timeout (ms), with protocol, build, why not
/// (empty: welcome), the DISPATCHER, and where results go. Who was welcome may
/// then `show`, with its life, the INSPECTOR of its node.
caf::behavior hub(caf::stateful_actor<hub_state>* self, hub_setup setup);

/// Returns what is told when two versions meet: both, to both.
std::string skew(const std::string& name, std::uint32_t protocol,
                 const std::string& build, std::uint32_t head_protocol,
                 const std::string& head_build);

} // namespace pixmill::cluster
