#include "cli/config_show.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"
#include "cli/table.hpp"
#include "config/schema.hpp"

namespace pixmill::cli {
namespace {

void print_json(const config::loaded_settings& loaded, std::ostream& out) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& each : loaded.effective) {
    const auto* which = config::find_setting(each.section, each.key);
    list.push_back({{"section", each.section},
                    {"key", each.key},
                    {"value", each.text},
                    {"origin", each.origin},
                    {"about", which->doc},
                    {"allowed", config::allowed(*which)}});
  }
  // An origin is a path, and paths need not be UTF-8.
  out << list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
      << '\n';
}

void print_table(const config::loaded_settings& loaded, const terminal& to) {
  table lines{{{.title = "setting"},
               {.title = "value", .widest = 40},
               {.title = "from"}}};
  for (const auto& each : loaded.effective) {
    const bool changed = each.origin != "default";
    lines.add(
      {{.text = each.section + "." + each.key},
       {.text = each.text},
       {.text = each.origin, .how = changed ? tint::caution : tint::faint}});
  }
  to.out << lines.text(to.colours);
}

} // namespace

int config_show(const config_show_options& options,
                const config::loaded_settings& loaded, const terminal& to) {
  if (options.json)
    print_json(loaded, to.out);
  else
    print_table(loaded, to);
  return exit_ok;
}

} // namespace pixmill::cli
