#include "cli/validate.hpp"

#include <filesystem>
#include <ostream>
#include <string>
#include <system_error>

#include "cli/exit_code.hpp"
#include "cli/intake.hpp"
#include "cli/table.hpp"
#include "model/sheet_json.hpp"

namespace pixmill::cli {
namespace {

std::string count(std::uint64_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

void add(table& rows, const sheet_issue& issue) {
  const auto number = [](std::uint64_t x) {
    return x == 0 ? std::string{} : std::to_string(x);
  };
  rows.add({{issue.warning ? "warning" : "error",
             issue.warning ? tint::caution : tint::bad},
            {number(issue.row)},
            {number(issue.line)},
            {issue.column},
            {issue.slot < 0 ? "" : std::to_string(issue.slot)},
            {issue.code, tint::strong},
            {issue.value},
            {issue.hint, tint::faint}});
}

void print_issues(const sheet_summary& summary, const terminal& to) {
  table rows{{{.title = ""},
              {.title = "row", .right = true},
              {.title = "line", .right = true},
              {.title = "column", .widest = 24},
              {.title = "slot", .right = true},
              {.title = "code"},
              {.title = "value", .widest = 48},
              {.title = "what to do"}}};
  for (const auto& issue : summary.errors)
    add(rows, issue);
  for (const auto& issue : summary.warnings)
    add(rows, issue);
  if (!rows.empty())
    to.out << rows.text(to.colours) << '\n';
  const auto hidden = summary.errors_total - summary.errors.size()
                      + summary.warnings_total - summary.warnings.size();
  if (hidden > 0)
    to.out << "… and " << hidden << " more\n\n";
}

} // namespace

int validate(const validate_options& options, const terminal& to) {
  sheet_rules rules;
  rules.columns = {.serial = options.serial_column,
                   .name = options.name_column,
                   .urls = options.urls_column};
  rules.assume_https = options.assume_https;
  std::error_code ignored;
  rules.local_root =
    std::filesystem::absolute(options.csv, ignored).parent_path().string();
  const auto sheet = check_sheet(options.csv, rules);
  if (!sheet) {
    complain(to, context_of(sheet.error()));
    return exit_usage;
  }
  const auto& summary = sheet->summary;
  if (options.json) {
    to.out << to_json(summary) << '\n';
  } else {
    print_issues(summary, to);
    to.out << printable(options.csv) << ": "
           << count(summary.totals.rows, "row") << ", "
           << count(summary.totals.slots, "image") << ", "
           << summary.totals.unique << " different; "
           << count(summary.errors_total, "error") << ", "
           << count(summary.warnings_total, "warning") << '\n';
  }
  const bool usable =
    options.skip_invalid && !summary.stopped && summary.totals.rows > 0;
  return summary.valid() || usable ? exit_ok : exit_invalid_csv;
}

} // namespace pixmill::cli
