#pragma once

#include <string>
#include <vector>

#include "actors/messages.hpp"

namespace pixmill::http {

/// Returns the word of the contract for a node's state.
std::string_view to_string(actors::node_state state) noexcept;

/// Returns a node as `/v1/nodes` tells of it.
std::string to_json(const actors::node_status& node);

/// Returns the answer of `GET /v1/nodes`.
/// @param now RFC 3339.
std::string to_json(const std::vector<actors::node_status>& nodes,
                    const std::string& now);

} // namespace pixmill::http
