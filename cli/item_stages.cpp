#include "cli/item_stages.hpp"

#include <cstdint>
#include <map>
#include <utility>

#include "telemetry/actor_registry.hpp"
#include "telemetry/log.hpp"

namespace pixmill::cli {
namespace {

using telemetry::actor_kind;

// More than a node holds at once.
constexpr std::size_t most_actors = 100'000;

// Row label and URL as the registry has them.
using place = std::pair<std::string, std::string>;

item_state stage_from(const std::string& word) {
  const auto state = item_state_from(word);
  // Between two attempts, and before the first, it waits to download.
  return state && !is_terminal(*state) && *state != item_state::pending
           ? *state
           : item_state::downloading;
}

} // namespace

std::function<item_state(const item&)> stages_of(const std::string& job) {
  const auto actors =
    telemetry::actor_registry::instance().snapshot(most_actors);
  std::uint64_t owner = 0;
  for (const auto& each : actors)
    if (each.kind == actor_kind::job && each.label == job)
      owner = each.id;
  std::map<std::uint64_t, std::string> rows;
  for (const auto& each : actors)
    if (each.kind == actor_kind::row && each.parent == owner)
      rows[each.id] = each.label;
  std::map<place, item_state> stages;
  for (const auto& each : actors)
    if (const auto row = rows.find(each.parent);
        each.kind == actor_kind::image && row != rows.end())
      stages[{row->second, each.label}] = stage_from(each.state);
  return [stages = std::move(stages)](const item& x) {
    const auto found = stages.find(
      {"row " + std::to_string(x.slot.row), telemetry::loggable_url(x.url)});
    return found == stages.end() ? item_state::downloading : found->second;
  };
}

} // namespace pixmill::cli
