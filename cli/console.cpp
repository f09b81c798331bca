#include "cli/console.hpp"

#include <unistd.h>

#include <chrono>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/console_command.hpp"
#include "cli/console_display.hpp"
#include "cli/console_fetcher.hpp"
#include "cli/console_frame.hpp"
#include "cli/console_model.hpp"
#include "cli/event_reader.hpp"
#include "cli/exit_code.hpp"
#include "cli/service_json.hpp"

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;
using json = nlohmann::json;

// -- one line -----------------------------------------------------------------

std::string table_text(const console_page& page, bool colours) {
  std::string out;
  for (const auto& line : page.head)
    out += printable(line) + "\n";
  if (page.rows.empty())
    return out.empty() ? "nothing\n" : out;
  table rows{page.columns};
  for (const auto& row : page.rows)
    rows.add(row.cells);
  return out + rows.text(colours);
}

int look(const console_query& query, bool as_json, service& server,
         const terminal& to) {
  const auto answer = server.get(path_of(query));
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return report_problem(*answer, as_json, to);
  if (as_json)
    return print_json(answer->body, to);
  to.out << table_text(read_page(query.screen, answer->body), to.colours)
         << std::flush;
  return exit_ok;
}

// Prints the messages of a trace as they come.
int follow(const std::string& begun, bool as_json, service& server,
           const terminal& to) {
  const auto parsed = json::parse(begun, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("id")
      || !parsed["id"].is_string())
    return print_json(begun, to);
  event_reader reader{[&](const server_event& event) -> caf::error {
    if (as_json) {
      to.out << event.data << '\n';
    } else if (event.kind == "message") {
      std::string line;
      for (const auto& cell : read_traced(event.data).cells)
        line += (line.empty() ? "" : "  ") + printable(cell.text);
      to.out << line << '\n';
    }
    to.out << std::flush;
    return {};
  }};
  const auto ended =
    server.send({},
                "/v1/traces/" + percent_encoded(parsed["id"].get<std::string>())
                  + "/events",
                [&](std::string_view bytes) { return reader.feed(bytes); });
  return ended ? exit_ok : report_failure(ended.error(), to);
}

// Names what a deed would hit, and does nothing.
int ask(const deed_target& target, bool as_json, service& server,
        const terminal& to) {
  const auto answer = server.get(path_of(target));
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return report_problem(*answer, as_json, to);
  complain(to, printable(hits_of(target, answer->body)));
  return exit_usage;
}

std::string plain_answer(const std::string& body) {
  const auto parsed = json::parse(body, nullptr, false);
  for (const auto* name : {"effect", "state"})
    if (parsed.is_object() && parsed.contains(name) && parsed[name].is_string())
      return parsed[name].get<std::string>();
  return body.empty() ? "done" : body;
}

// -- the terminal -------------------------------------------------------------

void take(console_news& news, console_model& model) {
  switch (news.which) {
  case console_news::kind::page:
    model.take(news.query, std::move(news.page), console_model::clock::now());
    break;
  case console_news::kind::done:
    model.done(std::move(news.text));
    break;
  case console_news::kind::confirm:
    model.confirm(std::move(news.deed), std::move(news.text) + "; go on?");
    break;
  case console_news::kind::traced:
    model.take_traced(std::move(news.row));
    break;
  case console_news::kind::trace_end:
    model.end_trace(news.text);
    break;
  case console_news::kind::refused:
    model.fail(std::move(news.text), true);
    break;
  case console_news::kind::failed:
    model.fail(std::move(news.text), false);
    break;
  }
}

} // namespace

int console_line(const console_options& options, service& server,
                 const terminal& to) {
  const auto command = read_command(options.command);
  if (!command) {
    // The list of what is known has lines of its own.
    to.err << "pixmill: " << context_of(command.error()) << std::flush;
    return exit_usage;
  }
  if (command->look)
    return look(*command->look, options.json, server, to);
  if (command->unmeant)
    return ask(*command->unmeant, options.json, server, to);
  const auto answer = command->posts ? server.post(command->path, command->body)
                                     : server.get(command->path);
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return report_problem(*answer, options.json, to);
  if (command->follows_trace)
    return follow(answer->body, options.json, server, to);
  if (options.json || !command->posts)
    return print_json(answer->body, to);
  to.out << printable(plain_answer(answer->body)) << std::endl;
  return exit_ok;
}

int console(service_address address, const terminal& to) {
  if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) {
    complain(to, "the console wants a terminal; for scripts: pixmill console "
                 "-c \"actors top mailbox 5\" --json");
    return exit_usage;
  }
  const auto url = address.url;
  console_model model;
  console_display display{to.colours};
  console_fetcher server{std::move(address)};
  for (;;) {
    for (auto& news : server.news())
      take(news, model);
    const auto now = console_model::clock::now();
    if (model.wants_look(now)) {
      model.asked(now);
      server.look(model.query());
    }
    display.show(compose(model, url, display.size(), now));
    const auto key = display.key(100ms);
    if (!key)
      continue;
    auto deed = model.press(*key);
    if (!deed)
      continue;
    if (deed->which == console_deed::kind::quit)
      return exit_ok;
    server.act(std::move(*deed));
  }
}

} // namespace pixmill::cli
