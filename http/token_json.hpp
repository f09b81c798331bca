#pragma once

#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "model/api_token.hpp"

/// Tokens as the contract's JSON; never with their hash.
namespace pixmill::http {

/// Reads what a request for a token wishes.
/// @retval errc::option_invalid Names the member and what is allowed.
caf::expected<token_wish> read_token_wish(const std::string& json);

/// Returns a token that was just made, its secret included.
std::string to_json(const new_token& made);

/// Returns the list of all tokens.
std::string to_json(const std::vector<api_token>& tokens, unix_ms now);

} // namespace pixmill::http
