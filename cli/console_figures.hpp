#pragma once

#include <cstddef>
#include <string>

#include "cli/table.hpp"

/// How the screens of the console write figures and columns.
namespace pixmill::cli {

/// How figures are written for people: `12.5`, `53 %`, `3.2 s`, `1.5 MB`, and
/// of an RFC 3339 time the day and the second.
std::string fixed(double value, int digits);
std::string percent(double share);
std::string age_of(double seconds);
std::string size_of(double bytes);
std::string moment(const std::string& rfc3339);

/// Returns the cell of a state: what is bad stands out.
table::cell state_cell(const std::string& state);

table::column left(const char* title, std::size_t widest = 0);
table::column right(const char* title);

} // namespace pixmill::cli
