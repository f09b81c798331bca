#include "cli/client_flags.hpp"

#include <map>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/console_command.hpp"
#include "cli/sheet_flags.hpp"

namespace pixmill::cli {
namespace {

constexpr auto server_group = "Which server";

constexpr auto token_footer =
  "A token is taken from PIXMILL_TOKEN only, so that it is in no list of "
  "processes.\n";

constexpr auto ends_footer =
  "Exit codes: 0 all done, 4 some images failed, 5 the job failed, 6 canceled,"
  "\n7 no server, 130 interrupted.";

CLI::App& add_job_verb(CLI::App& app, job_verb_options& options,
                       const std::string& name, const std::string& about) {
  auto& verb = *app.add_subcommand(name, about);
  verb.add_option("ID", options.id, "The job, as submit printed it")
    ->required();
  add_server_flags(verb, options);
  return verb;
}

void add_submit(CLI::App& app, submit_options& options) {
  auto& verb = *app.add_subcommand("submit", "Sends a CSV to a server");
  add_sheet_flags(verb, options);
  add_job_flags(verb, options);
  verb
    .add_option("--priority", options.priority,
                "-10 to 10; two steps double a job's share of the work")
    ->check(CLI::Range(-10, 10))
    ->option_text("N")
    ->group(job_group);
  verb
    .add_option("--webhook", options.webhook,
                "The server posts here when the job has ended")
    ->option_text("URL")
    ->group(job_group);
  verb.add_flag("--wait", options.wait, "Go on as pixmill watch");
  add_server_flags(verb, options);
  verb.footer(std::string{token_footer}
              + "Exit code 3: invalid CSV. With "
                "--wait as of pixmill watch.\n\n"
                "  pixmill submit catalog.csv --wait\n"
                "  pixmill submit catalog.csv --name spring --webhook "
                "https://shop.example/hook");
}

void add_results(CLI::App& app, results_options& options) {
  auto& verb =
    add_job_verb(app, options, "results", "Downloads what a job came to");
  verb
    .add_option("--out", options.out,
                "Written when it is whole; default: standard output")
    ->option_text("FILE");
  const std::map<std::string, results_format> formats{
    {"csv", results_format::csv},
    {"jsonl", results_format::jsonl},
    {"zip", results_format::zip},
    {"failed", results_format::failed}};
  verb
    .add_option_function<std::string>(
      "--format",
      [&options, formats](const std::string& word) {
        options.format = formats.at(word);
      },
      "csv (the default), jsonl, zip with the images, or failed: a CSV of what "
      "to submit again")
    ->check(CLI::IsMember({"csv", "jsonl", "zip", "failed"}))
    ->option_text("FORMAT");
  verb
    .add_option_function<std::string>(
      "--report",
      [&options](const std::string& word) {
        options.report_full = word == "full";
      },
      "full adds status, error, bytes, quality and more to the CSV")
    ->check(CLI::IsMember({"plain", "full"}))
    ->option_text("plain|full");
  verb.add_flag("--partial", options.partial,
                "Take what there is of a job that still runs");
}

void add_retry(CLI::App& app, retry_options& options) {
  auto& verb =
    add_job_verb(app, options, "retry", "Does the failed images again");
  verb
    .add_option("--code", options.codes,
                "Only failures of this code, such as timeout; repeatable")
    ->option_text("CODE")
    ->allow_extra_args(false)
    ->take_all();
  verb
    .add_option("--host", options.hosts,
                "Only images from this host; repeatable")
    ->option_text("HOST")
    ->allow_extra_args(false)
    ->take_all();
  verb.add_option("--limit", options.limit, "At most so many images")
    ->check(CLI::Range(1, 1'000'000'000))
    ->option_text("N");
}

void add_list(CLI::App& app, list_options& options) {
  auto& verb = *app.add_subcommand("ls", "Lists the jobs of a server");
  verb.add_option("--state", options.state, "Only jobs in this state")
    ->check(
      CLI::IsMember({"queued", "running", "paused", "canceling", "completed",
                     "completed_with_errors", "failed", "canceled"}))
    ->option_text("STATE");
  verb.add_option("--name", options.name, "Only jobs of this name")
    ->option_text("NAME");
  add_server_flags(verb, options);
}

void add_console(CLI::App& app, console_options& options) {
  auto& verb = *app.add_subcommand("console", "Looks inside a running service");
  verb
    .add_option("-c,--command", options.command,
                "One line instead of the terminal, such as \"actors top\"")
    ->option_text("LINE");
  add_server_flags(verb, options);
  verb.footer(std::string{token_footer} + "Lines:\n"
              + std::string{command_help()}
              + "\n  pixmill console --url https://pixmill.example\n"
                "  pixmill console -c \"actors top mailbox 5\" --json");
}

} // namespace

void add_server_flags(CLI::App& verb, server_options& options) {
  verb
    .add_option("--url", options.url,
                "Default: PIXMILL_URL, else http://127.0.0.1:8080")
    ->option_text("URL")
    ->group(server_group);
  verb.add_flag("--json", options.json, "Print the server's JSON as it is");
}

void add_client_verbs(CLI::App& app, client_targets& into) {
  add_submit(app, into.submit);
  add_job_verb(app, into.status, "status", "Tells how a job is")
    .footer(token_footer);
  add_job_verb(app, into.watch, "watch", "Follows a job to its end")
    .footer(std::string{"Ctrl-C leaves the job running.\n"} + ends_footer);
  add_results(app, into.results);
  add_job_verb(app, into.cancel, "cancel", "Ends a job; keeps what is done");
  add_job_verb(app, into.pause, "pause", "Holds a job back");
  add_job_verb(app, into.resume, "resume", "Lets a paused job go on");
  add_retry(app, into.retry);
  add_list(app, into.list);
  add_job_verb(app, into.deliveries, "deliveries",
               "Lists the webhooks of a job and what came of each");
  auto& replay =
    *app.add_subcommand("replay", "Has a webhook delivered once more");
  replay.add_option("EVENT", into.replay.event, "As deliveries prints it")
    ->required();
  add_server_flags(replay, into.replay);
  add_console(app, into.console);
}

std::optional<client_options> selected_client_verb(const CLI::App& app,
                                                   client_targets from) {
  if (app.got_subcommand("submit"))
    return std::move(from.submit);
  if (app.got_subcommand("status"))
    return std::move(from.status);
  if (app.got_subcommand("watch"))
    return std::move(from.watch);
  if (app.got_subcommand("results"))
    return std::move(from.results);
  if (app.got_subcommand("retry"))
    return std::move(from.retry);
  if (app.got_subcommand("ls"))
    return std::move(from.list);
  if (app.got_subcommand("deliveries"))
    return std::move(from.deliveries);
  if (app.got_subcommand("console"))
    return std::move(from.console);
  if (app.got_subcommand("replay"))
    return std::move(from.replay);
  for (const auto& [name, steer] : {std::pair{"cancel", &from.cancel},
                                    {"pause", &from.pause},
                                    {"resume", &from.resume}}) {
    if (app.got_subcommand(name)) {
      steer->verb = name;
      return std::move(*steer);
    }
  }
  return std::nullopt;
}

} // namespace pixmill::cli
