// What the console's keys do to what is selected.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "cli/console_model.hpp"
#include "cli/service.hpp"

namespace pixmill::cli {
namespace {

std::string dumped(const nlohmann::json& body) {
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// A figure of a row; those that are 0 may be left out.
std::string count_of(const console_row& row, std::size_t column) {
  return column < row.cells.size() && !row.cells[column].text.empty()
           ? row.cells[column].text
           : "0";
}

} // namespace

std::string console_model::actor_at_hand() const {
  const auto* row = selected_row();
  switch (query_.screen) {
  case console_screen::actor:
    return query_.subject;
  case console_screen::actors:
  case console_screen::tree:
  case console_screen::trace:
    return row == nullptr ? std::string{} : row->id;
  default:
    return {};
  }
}

// What it would hit only the server knows: it is asked without saying yes.
std::optional<console_deed> console_model::kill() {
  const auto id = actor_at_hand();
  if (id.empty()) {
    refuse("k ends the selected actor: 5");
    return std::nullopt;
  }
  return console_deed{.path = "/v1/actors/" + id + "/kill", .body = "{}"};
}

std::optional<console_deed> console_model::drain() {
  const auto* row = selected_row();
  if (query_.screen != console_screen::nodes || row == nullptr) {
    refuse("d drains the selected node: 4");
    return std::nullopt;
  }
  const bool draining =
    std::any_of(row->cells.begin(), row->cells.end(),
                [](const auto& x) { return x.text == "draining"; });
  const std::string verb = draining ? "undrain" : "drain";
  confirm({.path = "/v1/nodes/" + percent_encoded(row->id) + "/" + verb},
          draining
            ? "give node " + row->id + " work again?"
            : "drain node " + row->id + "? It ends the " + count_of(*row, 4)
                + " images that it has, and is given "
                  "no more");
  return std::nullopt;
}

std::optional<console_deed> console_model::retry() {
  const auto* row = selected_row();
  const bool of_jobs = query_.screen == console_screen::jobs;
  const bool of_group = query_.screen == console_screen::errors
                        || query_.screen == console_screen::job;
  if (row == nullptr || row->id.empty() || !(of_jobs || of_group)) {
    refuse("r tries the selected failures again: 3, or a job's: 2");
    return std::nullopt;
  }
  nlohmann::json body = nlohmann::json::object();
  const std::size_t counted = of_jobs                                   ? 3
                              : query_.screen == console_screen::errors ? 0
                                                                        : 1;
  auto what = count_of(*row, counted) + " failed images";
  if (!row->code.empty()) {
    body["codes"] = {row->code};
    what = count_of(*row, counted) + " images that failed with " + row->code;
  }
  if (!row->host.empty()) {
    body["hosts"] = {row->host};
    what += " at " + row->host;
  }
  confirm({.path = job_path(row->id, "/retry"), .body = dumped(body)},
          "try " + what + " of " + row->id + " again?");
  return std::nullopt;
}

std::optional<console_deed> console_model::trace() {
  const auto id = actor_at_hand();
  if (id.empty()) {
    refuse("t follows the selected actor's messages: 5");
    return std::nullopt;
  }
  back_.push_back(query_);
  open_screen(console_screen::trace, id);
  page_.columns = trace_columns();
  page_.head = {"messages of " + id};
  page_.scope = "now";
  stale_ = false;
  return console_deed{.which = console_deed::kind::trace,
                      .path = "/v1/actors/" + id + "/trace",
                      .body = R"({"limit":500,"seconds":30})"};
}

} // namespace pixmill::cli
