#include "http/json_submission.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/csv_text.hpp"
#include "model/errc.hpp"
#include "model/options.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

caf::error refused(std::string context) {
  return make_error(errc::option_invalid, std::move(context));
}

// The columns in the order in which rows name them first.
std::vector<std::string> columns_of(const json& rows) {
  std::vector<std::string> out;
  for (const auto& row : rows)
    for (const auto& [name, value] : row.items())
      if (std::find(out.begin(), out.end(), name) == out.end())
        out.push_back(name);
  return out;
}

caf::expected<std::string> cell_of(const json& value) {
  if (value.is_string())
    return value.get<std::string>();
  if (value.is_number())
    return value.dump();
  if (value.is_null())
    return std::string{};
  if (!value.is_array())
    return refused("a cell must be text, a number or a list of texts");
  std::string list;
  for (const auto& one : value) {
    if (!one.is_string())
      return refused("a list in a cell must hold texts");
    list += (list.empty() ? "" : ",") + one.get<std::string>();
  }
  return list;
}

caf::expected<std::string> csv_of(const json& rows) {
  for (const auto& row : rows)
    if (!row.is_object())
      return refused("rows: each must be an object of cells");
  const auto columns = columns_of(rows);
  std::string out;
  append_csv_cells(out, columns, {});
  out += '\n';
  std::vector<std::string> cells(columns.size());
  for (std::size_t number = 0; number < rows.size(); ++number) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      auto cell = cell_of(rows[number].value(columns[i], json{}));
      if (!cell)
        return refused("rows, row " + std::to_string(number + 1) + ", "
                       + columns[i] + ": " + context_of(cell.error()));
      cells[i] = std::move(*cell);
    }
    append_csv_cells(out, cells, {});
    out += '\n';
  }
  return out;
}

} // namespace

caf::expected<json_submission> parse_json_submission(std::string_view body) {
  const auto parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object())
    return refused("the body must be a JSON object");
  for (const auto& [name, value] : parsed.items())
    if (name != "csv" && name != "rows" && name != "options")
      return refused(name + ": is not known; csv, rows and options are");
  if (parsed.contains("csv") == parsed.contains("rows"))
    return refused("either csv or rows is wanted");
  json_submission out;
  if (parsed.contains("options")) {
    auto options = parse_job_options(parsed.at("options").dump());
    if (!options)
      return std::move(options.error());
    out.options = std::move(*options);
  }
  if (parsed.contains("csv")) {
    if (!parsed.at("csv").is_string())
      return refused("csv: must be text");
    out.csv = parsed.at("csv").get<std::string>();
    return out;
  }
  if (!parsed.at("rows").is_array())
    return refused("rows: must be a list");
  auto csv = csv_of(parsed.at("rows"));
  if (!csv)
    return std::move(csv.error());
  out.csv = std::move(*csv);
  return out;
}

} // namespace pixmill::http
