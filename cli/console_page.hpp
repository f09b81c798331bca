#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/table.hpp"

namespace pixmill::cli {

/// What the terminal console shows; the first ten have a digit.
enum class console_screen : std::uint8_t {
  config,
  overview,
  jobs,
  errors,
  nodes,
  actors,
  tree,
  origins,
  deliveries,
  audit,
  job,   ///< One; opened.
  actor, ///< One; opened.
  trace, ///< Messages, followed.
};

/// Returns `Overview`, `Jobs`, …
std::string_view title_of(console_screen screen) noexcept;

/// How a screen is to be filled.
struct console_query {
  console_screen screen = console_screen::overview;
  std::string subject{};              ///< Id of a job or an actor.
  std::string sort = "mailbox";       ///< Of actors.
  std::string window = "10s";         ///< Of rates.
  std::uint32_t count = 100;          ///< Rows, at most.
  std::vector<std::string> filters{}; ///< `kind=row`, encoded for a query.
};

/// Returns path and query of the route that fills a screen.
std::string path_of(const console_query& query);

/// One line of a screen, and what it is about.
struct console_row {
  std::string id; ///< Of a job, an actor or a node; may be empty.
  std::vector<table::cell> cells;
  std::string code{}; ///< Of a group of failures.
  std::string host{};
  std::string node{}; ///< What a node is called where its actors are.
};

/// What stands on a screen.
struct console_page {
  std::vector<std::string> head; ///< Lines above the table.
  std::vector<table::column> columns;
  std::vector<console_row> rows;
  std::string scope; ///< `now`, `all time` or `last 10 s`.
};

/// Reads the answer of a route.
/// @returns Nothing but a line that says so when it is none.
console_page read_page(console_screen screen, std::string_view json);

/// Returns one message of a trace as a row.
console_row read_traced(std::string_view json);

/// Returns the columns of a trace.
std::vector<table::column> trace_columns();

} // namespace pixmill::cli
