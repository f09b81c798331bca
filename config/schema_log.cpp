#include "config/binding.hpp"
#include "config/schema_parts.hpp"

namespace pixmill::config {
namespace {

constexpr std::array table{
  bind<&settings::log, &telemetry::log_settings::level>(
    {.section = "log",
     .key = "level",
     .doc = "Least severe message that is written.",
     .kind = value_kind::word,
     .words = log_levels}),
  bind<&settings::log, &telemetry::log_settings::json>(
    {.section = "log",
     .key = "json",
     .doc = "One JSON object a line instead of text.",
     .kind = value_kind::toggle}),
  bind<&settings::log, &telemetry::log_settings::access>(
    {.section = "log",
     .key = "access",
     .doc = "A line for each request that was answered.",
     .kind = value_kind::toggle}),
  bind<&settings::log, &telemetry::log_settings::file>(
    {.section = "log",
     .key = "file",
     .doc = "File to append to; empty: standard error.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 4'095}),
};

} // namespace

std::span<const setting> log_schema() noexcept {
  return table;
}

} // namespace pixmill::config
