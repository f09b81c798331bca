#include "cli/client_webhooks.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"
#include "cli/service_json.hpp"
#include "cli/table.hpp"

namespace pixmill::cli {
namespace {

tint tint_of(const std::string& state) {
  if (state == "delivered")
    return tint::good;
  if (state == "failed")
    return tint::bad;
  return state == "disabled" ? tint::caution : tint::plain;
}

void add(table& rows, const delivery_answer& event) {
  rows.add({{event.id, tint::strong},
            {event.type},
            {event.state, tint_of(event.state)},
            {std::to_string(event.attempts)},
            {event.last_result},
            {event.created_at, tint::faint},
            {event.next_attempt_at, tint::faint}});
}

} // namespace

int deliveries(const deliveries_options& options, service& server,
               const terminal& to) {
  table rows{{{.title = "event"},
              {.title = "type"},
              {.title = "state"},
              {.title = "attempts", .right = true},
              {.title = "last"},
              {.title = "created"},
              {.title = "next"}}};
  for (std::string cursor;;) {
    const auto answer = server.get(job_path(
      options.id,
      "/deliveries?limit=100"
        + (cursor.empty() ? "" : "&cursor=" + percent_encoded(cursor))));
    if (!answer)
      return report_failure(answer.error(), to);
    if (!answer->is_success())
      return report_problem(*answer, options.json, to);
    const auto page = read_deliveries(answer->body);
    if (!page)
      return report_failure(page.error(), to);
    if (options.json)
      print_json(answer->body, to);
    for (const auto& event : page->events)
      add(rows, event);
    if (page->next_cursor.empty() || page->next_cursor == cursor)
      break;
    cursor = page->next_cursor;
  }
  if (!options.json)
    to.out << (rows.empty() ? "no webhooks\n" : rows.text(to.colours))
           << std::flush;
  return exit_ok;
}

int replay(const replay_options& options, service& server, const terminal& to) {
  const auto answer =
    server.post("/v1/deliveries/" + percent_encoded(options.event) + "/replay");
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return report_problem(*answer, options.json, to);
  if (options.json)
    return print_json(answer->body, to);
  to.out << printable(options.event) << " is on its way" << std::endl;
  return exit_ok;
}

int webhook_test(const webhook_test_options& options, service& server,
                 const terminal& to) {
  const nlohmann::ordered_json body{{"url", options.receiver}};
  const auto answer = server.post(
    "/v1/webhooks/test",
    body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return report_problem(*answer, options.json, to);
  const auto result = read_webhook_test(answer->body);
  if (!result)
    return report_failure(result.error(), to);
  if (options.json)
    print_json(answer->body, to);
  else
    to.out << (result->delivered ? "delivered" : "not delivered: ")
           << printable(result->why) << std::endl;
  return result->delivered ? exit_ok : exit_with_failures;
}

} // namespace pixmill::cli
