#include "http/query_options.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "model/options.hpp"
#include "model/target.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

// A value of the query: JSON where it is some, else text.
json value_of(const std::string& text) {
  auto parsed = json::parse(text, nullptr, false);
  return parsed.is_discarded() ? json(text) : parsed;
}

} // namespace

caf::expected<job_options>
parse_query_options(const std::multimap<std::string, std::string>& query) {
  auto given = json::object();
  std::string target;
  for (const auto& [name, text] : query) {
    auto value = value_of(text);
    if (name == "target" && !value.is_object())
      target = text;
    else
      given[name] = std::move(value);
  }
  if (given.contains("name") && !given["name"].is_string())
    given["name"] = query.find("name")->second; // A name may look like JSON.
  auto options = parse_job_options(given.dump());
  if (!options || target.empty())
    return options;
  auto goal = parse_target(target);
  if (!goal)
    return std::move(goal.error());
  options->goal.target = goal->target;
  options->goal.value = goal->value;
  return options;
}

} // namespace pixmill::http
