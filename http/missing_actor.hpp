#pragma once

#include <string>

#include "http/actor_survey.hpp"

namespace httplib {
struct Response;
}

namespace pixmill::http {

/// Says that there is no such actor; or, if its node is among those that are
/// silent, that this cannot be known now.
/// @param id As it was asked for.
void send_missing_actor(httplib::Response& to, const std::string& id,
                        const actor_survey& survey);

} // namespace pixmill::http
