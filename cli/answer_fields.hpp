#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

/// Members of an answer that may be missing, or of another type than expected.
namespace pixmill::cli {

/// Returns a text, or any other value as JSON; empty: missing or null.
std::string text_in(const nlohmann::json& x, const char* name);

/// Returns a number; 0: missing, or none.
double number_in(const nlohmann::json& x, const char* name);

/// Returns a member, or null.
const nlohmann::json& member(const nlohmann::json& x, const char* name);

} // namespace pixmill::cli
