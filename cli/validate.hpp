#pragma once

#include "cli/command_line.hpp"
#include "cli/sheet_options.hpp"
#include "cli/terminal.hpp"
#include "model/sheet.hpp"

namespace pixmill::cli {

/// Prints the errors and warnings of a sheet as a table; nothing for none.
void print_issues(const sheet_summary& summary, const terminal& to);

/// Prints every problem of a sheet, and what it comes to.
/// @returns The exit code that fits it.
int report_sheet(const sheet_summary& summary, const sheet_options& options,
                 bool json, const terminal& to);

/// Checks a sheet and reports it; starts nothing.
/// @returns The exit code of the process.
int validate(const validate_options& options, const terminal& to);

} // namespace pixmill::cli
