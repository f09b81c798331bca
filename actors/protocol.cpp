#include "actors/protocol.hpp"

#include <caf/actor_system_config.hpp>

namespace pixmill::actors {

void register_messages(caf::actor_system_config& config) {
  config.add_message_types<caf::id_block::pixmill>();
}

} // namespace pixmill::actors
