#include "model/sheet_json.hpp"

#include <nlohmann/json.hpp>

namespace pixmill {
namespace {

using json = nlohmann::ordered_json;

json to_json_value(const sheet_issue& issue) {
  json out;
  if (issue.row > 0)
    out["row"] = issue.row;
  if (issue.line > 0)
    out["line"] = issue.line;
  if (!issue.column.empty())
    out["column"] = issue.column;
  if (issue.slot >= 0)
    out["slot"] = issue.slot;
  out["code"] = issue.code;
  out["value"] = issue.value;
  out["hint"] = issue.hint;
  return out;
}

json to_json_list(const std::vector<sheet_issue>& issues) {
  auto out = json::array();
  for (const auto& issue : issues)
    out.push_back(to_json_value(issue));
  return out;
}

} // namespace

std::string to_json(const sheet_summary& summary) {
  json out{{"valid", summary.valid()},
           {"rows", summary.totals.rows},
           {"images",
            {{"total", summary.totals.slots},
             {"unique", summary.totals.unique},
             {"invalid", summary.invalid_slots}}},
           {"errors_total", summary.errors_total},
           {"errors", to_json_list(summary.errors)},
           {"warnings_total", summary.warnings_total},
           {"warnings", to_json_list(summary.warnings)}};
  if (!summary.limit.empty())
    out["limit"] = summary.limit;
  // Names come from strangers: what is no UTF-8 is replaced, not thrown at.
  return out.dump(2, ' ', false, json::error_handler_t::replace);
}

} // namespace pixmill
