#pragma once

#include <optional>
#include <string>

#include "http/request_framing.hpp"

namespace pixmill::http {

struct route_context;

/// Returns the whole answer to a request that will be refused whatever its
/// body says, so that the body need not be waited for and stored: who may not
/// ask, asks too often, or finds the queue full. Empty: read on; its route
/// decides. Waits for nobody.
std::optional<std::string> early_refusal(route_context& context,
                                         const request_head& head);

} // namespace pixmill::http
