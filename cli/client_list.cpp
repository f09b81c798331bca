#include "cli/client_list.hpp"

#include <ostream>

#include "cli/exit_code.hpp"
#include "cli/service_json.hpp"
#include "cli/table.hpp"

namespace pixmill::cli {
namespace {

constexpr auto page_size = "100";

tint tint_of(job_state state) {
  switch (state) {
  case job_state::completed:
    return tint::good;
  case job_state::completed_with_errors:
    return tint::caution;
  case job_state::failed:
    return tint::bad;
  case job_state::canceled:
    return tint::faint;
  default:
    return tint::plain;
  }
}

void add(table& rows, const job_answer& job) {
  const auto& figures = job.figures;
  const auto& counters = figures.counters;
  rows.add(
    {{figures.id, tint::strong},
     {std::string{to_string(figures.state)}, tint_of(figures.state)},
     {std::to_string(counters.settled()) + "/"
      + std::to_string(figures.totals.slots)},
     {counters.failed == 0 ? "" : std::to_string(counters.failed), tint::bad},
     {job.created_at, tint::faint},
     {job.name}});
}

std::string path_of(const list_options& options, const std::string& cursor) {
  std::string out = "/v1/jobs?limit=";
  out += page_size;
  if (!options.state.empty())
    out += "&state=" + percent_encoded(options.state);
  if (!options.name.empty())
    out += "&name=" + percent_encoded(options.name);
  if (!cursor.empty())
    out += "&cursor=" + percent_encoded(cursor);
  return out;
}

} // namespace

int list(const list_options& options, service& server, const terminal& to) {
  table rows{{{.title = "job"},
              {.title = "state"},
              {.title = "images", .right = true},
              {.title = "failed", .right = true},
              {.title = "created"},
              {.title = "name", .widest = 40}}};
  for (std::string cursor;;) {
    const auto answer = server.get(path_of(options, cursor));
    if (!answer)
      return report_failure(answer.error(), to);
    if (!answer->is_success())
      return report_problem(*answer, options.json, to);
    auto page = read_job_page(answer->body);
    if (!page)
      return report_failure(page.error(), to);
    if (options.json)
      print_json(answer->body, to);
    for (const auto& job : page->jobs)
      add(rows, job);
    // A server that leads in circles is not followed.
    if (page->next_cursor.empty() || page->next_cursor == cursor)
      break;
    cursor = page->next_cursor;
  }
  if (!options.json)
    to.out << (rows.empty() ? "no jobs\n" : rows.text(to.colours))
           << std::flush;
  return exit_ok;
}

} // namespace pixmill::cli
