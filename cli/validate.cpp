#include "cli/validate.hpp"

#include <ostream>
#include <string>

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

} // namespace

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

int report_sheet(const sheet_summary& summary, const sheet_options& options,
                 bool json, const terminal& to) {
  if (json) {
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
  return usable(summary, options) ? exit_ok : exit_invalid_csv;
}

int validate(const validate_options& options, const terminal& to) {
  const auto sheet = check_sheet(options.csv, rules_of(options));
  if (!sheet) {
    complain(to, context_of(sheet.error()));
    return exit_usage;
  }
  return report_sheet(sheet->summary, options, options.json, to);
}

} // namespace pixmill::cli
