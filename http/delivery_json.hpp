#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/messages.hpp"
#include "model/delivery.hpp"

/// Deliveries as the contract's JSON.
namespace pixmill::http {

/// Returns one event with its attempts. Of its URL the query's values are left
/// out: they may be secrets.
std::string to_json(const delivery& event);

/// Returns the events of a job.
/// @param next_cursor Empty: the last page.
std::string to_json(const std::vector<delivery>& page,
                    std::string_view next_cursor);

/// Returns what a test of a webhook came to.
std::string to_json(const actors::webhook_ping& ping, std::string_view url);

} // namespace pixmill::http
