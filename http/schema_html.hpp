#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace pixmill::http {

/// Returns what a value of `schema` is, on one line: `text`, `list of
/// <a>Job</a>`, `whole number, 1 to 1000`.
std::string type_of(const nlohmann::ordered_json& schema);

/// Returns the members of an object, or the choices of a choice, as a list;
/// empty: there are none to tell of.
std::string members_of(const nlohmann::ordered_json& schema);

/// Returns `value` indented, its keys, texts and words in elements to colour.
std::string coloured(const nlohmann::ordered_json& value);

/// Returns a name without the path that leads to it:
/// `#/components/schemas/Job` is `Job`.
std::string name_of_reference(const nlohmann::ordered_json& value);

} // namespace pixmill::http
