#include "cli/command_line.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/client_flags.hpp"
#include "cli/cluster_flags.hpp"
#include "cli/db_flags.hpp"
#include "cli/exit_code.hpp"
#include "cli/help_format.hpp"
#include "cli/sheet_flags.hpp"
#include "cli/token_flags.hpp"
#include "cli/webhook_flags.hpp"
#include "config/suggestion.hpp"

namespace pixmill::cli {
namespace {

constexpr std::array<std::string_view, 29> verb_names{
  "run",    "serve",   "validate", "verify",  "submit",  "status",
  "watch",  "results", "cancel",   "pause",   "resume",  "retry",
  "ls",     "token",   "config",   "doctor",  "version", "deliveries",
  "replay", "webhook", "compare",  "audit",   "worker",  "cert",
  "nodes",  "drain",   "undrain",  "console", "db"};

constexpr auto result_group = "What is written";

void add_run(CLI::App& app, run_options& options) {
  auto& verb =
    *app.add_subcommand("run", "Compresses every image of a CSV; resumes");
  add_sheet_flags(verb, options);
  add_job_flags(verb, options);
  verb
    .add_flag("--retry-failed", options.retry_failed,
              "Of a finished job, do the failed images again")
    ->group(job_group);
  verb
    .add_option("--out", options.out,
                "Folder of the results and the images; default: out")
    ->option_text("DIR")
    ->group(result_group);
  verb
    .add_option_function<std::string>(
      "--report",
      [&options](const std::string& word) {
        options.report_full = word == "full";
      },
      "full adds status, error, bytes, quality and more to results.csv")
    ->check(CLI::IsMember({"plain", "full"}))
    ->option_text("plain|full")
    ->group(result_group);
  verb
    .add_flag("--csv-safe", options.csv_safe,
              "Neutralise cells that a spreadsheet would run (=1+1)")
    ->group(result_group);
  verb.add_flag("--json", options.json, "Print the summary as JSON")
    ->group(result_group);
  verb.footer("Writes results.csv, results.jsonl, failed.csv and images/ into "
              "DIR.\nExit codes: 0 all done, 3 invalid CSV, 4 some images "
              "failed, 5 the job failed,\n6 canceled, 130 interrupted.\n\n"
              "  pixmill run catalog.csv --out out/\n"
              "  pixmill run catalog.csv --quality 60 --max-edge 1600 "
              "--format webp");
}

void add_serve(CLI::App& app, serve_options& options) {
  auto& verb =
    *app.add_subcommand("serve", "Takes jobs over HTTP until it is stopped");
  verb
    .add_option("--port", options.port,
                "Port to listen on instead of the setting's; 0: any")
    ->check(CLI::Range(0, 65535))
    ->option_text("PORT");
  verb
    .add_option("--cluster", options.cluster,
                "Where workers may join, such as 127.0.0.1:4242")
    ->option_text("ADDRESS:PORT");
  verb
    .add_option("--local-slots", options.local_slots,
                "Images under way in this process at once; 0: workers only")
    ->check(CLI::Range(0, 65536))
    ->option_text("N");
  verb.footer("Routes: POST /v1/jobs, GET /v1/jobs/{id}, "
              "GET /v1/jobs/{id}/results.csv, …\n\n"
              "  pixmill serve\n"
              "  curl -F file=@catalog.csv http://127.0.0.1:8080/v1/jobs");
}

void add_validate(CLI::App& app, validate_options& options) {
  auto& verb = *app.add_subcommand(
    "validate", "Lists every problem of a CSV; starts nothing");
  add_sheet_flags(verb, options);
  verb.add_flag("--json", options.json, "Print JSON");
  verb.footer("Exit codes: 0 valid, 3 invalid.");
}

void add_verify(CLI::App& app, verify_options& options) {
  auto& verb =
    *app.add_subcommand("verify", "Checks the images that a results.csv names");
  verb.add_option("FILE", options.csv, "A results.csv of Pixmill")->required();
  verb.add_flag("--json", options.json, "Print JSON");
  verb.footer(
    "Each image must exist, match its hash, decode, and not be larger than\n"
    "its source. Exit codes: 0 all well, 3 no results file, 4 problems.");
}

void add_audit(CLI::App& app, audit_options& options) {
  auto& verb = *app.add_subcommand(
    "audit", "Shows results beside their sources, worst first");
  verb.add_option("FILE", options.csv, "A results.csv of Pixmill")->required();
  verb.add_option("--out", options.out, "The page; default: audit.html")
    ->option_text("FILE.html");
  verb
    .add_option("--limit", options.limit,
                "Most results that are shown as pictures; default: 60")
    ->check(CLI::Range(0, 10'000))
    ->option_text("N");
  verb.add_flag("--json", options.json, "Print JSON");
  verb.footer(
    "One HTML file that needs nothing else, worst quality first. Sources are\n"
    "fetched again. Quality is known from results.jsonl beside FILE, or from\n"
    "the columns of report=full. Exit codes: 0 written, 3 no results file.");
}

void add_compare(CLI::App& app, compare_options& options) {
  auto& verb =
    *app.add_subcommand("compare", "Says how much two pictures look alike");
  verb.add_option("A", options.left, "A picture")->required();
  verb.add_option("B", options.right, "A picture of the same size")->required();
  verb
    .add_option("--diff", options.difference,
                "Write a PNG of where they differ, eight times as strong")
    ->option_text("FILE");
  verb.add_flag("--json", options.json, "Print JSON");
  verb.footer("SSIM of luma and chroma: the mean, and the mean of the worst "
              "tile of 64 x\n"
              "64 pixels. Exit codes: 0 compared, 4 not comparable.");
}

template <class Options>
void add_plain(CLI::App& app, Options& options, const std::string& name,
               const std::string& about) {
  app.add_subcommand(name, about)
    ->add_flag("--json", options.json, "Print JSON");
}

// Returns the first argument that is neither a flag nor the value of one that
// may stand before the verb.
std::string verb_in(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--config" || arguments[i] == "--set")
      ++i;
    else if (arguments[i].empty() || arguments[i].front() != '-')
      return arguments[i];
  }
  return {};
}

// Returns what an unknown flag of the selected verb was meant to be.
std::string meant_flag(const CLI::App& app,
                       const std::vector<std::string>& arguments) {
  std::vector<std::string> names{"config", "set", "help"};
  for (const auto* verb : app.get_subcommands())
    for (const auto* option : verb->get_options())
      names.insert(names.end(), option->get_lnames().begin(),
                   option->get_lnames().end());
  const std::vector<std::string_view> known{names.begin(), names.end()};
  for (const auto& argument : arguments) {
    if (argument.substr(0, 2) != "--")
      continue;
    const auto name = argument.substr(2, argument.find('=') - 2);
    if (std::find(names.begin(), names.end(), name) != names.end())
      continue;
    if (const auto meant = config::nearest(name, known); !meant.empty())
      return "; did you mean --" + std::string{meant} + "?";
  }
  return {};
}

early_end usage(std::string complaint) {
  return {
    .exit_code = exit_usage, .help = {}, .complaint = std::move(complaint)};
}

// Everything that the parser writes to while it runs.
struct parse_targets {
  command_line common;
  run_options run;
  serve_options serve;
  validate_options validate;
  verify_options verify;
  audit_options audit;
  compare_options compare;
  client_targets client;
  token_targets token;
  webhook_targets webhook;
  cluster_targets cluster;
  db_targets db;
  config_show_options show;
  doctor_options doctor;
  version_options version;
};

void describe(CLI::App& app, parse_targets& into) {
  app.formatter(make_help_format());
  app.fallthrough();
  app.require_subcommand(0, 1);
  app
    .add_option("--config", into.common.config_file,
                "Settings; default: ./caf-application.conf, then "
                "/etc/pixmill/caf-application.conf")
    ->option_text("FILE");
  app
    .add_option("--set", into.common.assignments,
                "One setting, such as fetch.per-origin=12; repeatable")
    ->option_text("SECTION.KEY=VALUE")
    ->allow_extra_args(false)
    ->take_all();
  app.set_version_flag("--version", "pixmill " PIXMILL_VERSION);
  add_run(app, into.run);
  add_serve(app, into.serve);
  add_validate(app, into.validate);
  add_verify(app, into.verify);
  add_audit(app, into.audit);
  add_compare(app, into.compare);
  add_client_verbs(app, into.client);
  add_token_verbs(app, into.token);
  add_webhook_verbs(app, into.webhook);
  add_cluster_verbs(app, into.cluster);
  add_db_verbs(app, into.db);
  auto& config = *app.add_subcommand("config", "Shows the settings in force");
  config.require_subcommand(1);
  add_plain(config, into.show, "show",
            "Prints each setting and where it came from");
  add_plain(app, into.doctor, "doctor",
            "Checks this machine and says what to do");
  add_plain(app, into.version, "version",
            "Prints the versions of Pixmill and libraries");
  for (auto* verb : app.get_subcommands({}))
    verb->group("Verbs");
  app.footer("pixmill VERB --help tells more about one of them.");
}

// Moves the options of the selected verb into the command line.
command_line selected(const CLI::App& app, parse_targets from) {
  auto out = std::move(from.common);
  if (auto client = selected_client_verb(app, std::move(from.client)))
    out.verb = std::move(*client);
  else if (auto token = selected_token_verb(app, std::move(from.token)))
    out.verb = std::move(*token);
  else if (auto db = selected_db_verb(app, std::move(from.db)))
    out.verb = std::move(*db);
  else if (auto cluster = selected_cluster_verb(app, std::move(from.cluster)))
    std::visit(
      [&out](auto& options) {
        using type = std::remove_reference_t<decltype(options)>;
        if constexpr (std::is_base_of_v<server_options, type>)
          out.verb = client_options{std::move(options)};
        else
          out.verb = std::move(options);
      },
      *cluster);
  else if (auto webhook = selected_webhook_verb(app, std::move(from.webhook)))
    std::visit(
      [&out](auto& options) {
        using type = std::remove_reference_t<decltype(options)>;
        if constexpr (std::is_same_v<type, webhook_test_options>)
          out.verb = client_options{std::move(options)};
        else
          out.verb = std::move(options);
      },
      *webhook);
  else if (app.got_subcommand("run"))
    out.verb = std::move(from.run);
  else if (app.got_subcommand("serve"))
    out.verb = from.serve;
  else if (app.got_subcommand("validate"))
    out.verb = std::move(from.validate);
  else if (app.got_subcommand("verify"))
    out.verb = std::move(from.verify);
  else if (app.got_subcommand("audit"))
    out.verb = std::move(from.audit);
  else if (app.got_subcommand("compare"))
    out.verb = std::move(from.compare);
  else if (app.got_subcommand("config"))
    out.verb = from.show;
  else if (app.got_subcommand("doctor"))
    out.verb = from.doctor;
  else
    out.verb = from.version;
  return out;
}

} // namespace

std::variant<command_line, early_end>
parse_command_line(const std::vector<std::string>& arguments) {
  const auto verb = verb_in(arguments);
  if (!verb.empty()
      && std::find(verb_names.begin(), verb_names.end(), verb)
           == verb_names.end())
    return usage("\"" + verb + "\" is not a verb"
                 + config::suggestion(verb, verb_names));
  parse_targets into;
  CLI::App app{"Bulk image compression from a product CSV", "pixmill"};
  describe(app, into);
  try {
    // Backwards, as this overload expects them.
    app.parse(std::vector<std::string>{arguments.rbegin(), arguments.rend()});
  } catch (const CLI::CallForHelp&) {
    return early_end{.exit_code = exit_ok, .help = app.help(), .complaint = {}};
  } catch (const CLI::CallForVersion& version) {
    return early_end{.exit_code = exit_ok,
                     .help = std::string{version.what()} + '\n',
                     .complaint = {}};
  } catch (const CLI::ExtrasError& error) {
    return usage(error.what() + meant_flag(app, arguments));
  } catch (const CLI::RequiredError& error) {
    if (app.got_subcommand("config"))
      return usage("config what? known: config show");
    if (verb == "token"
        && app.get_subcommand("token")->get_subcommands().empty())
      return usage("token what? known: token new, token list, token revoke ID");
    if (app.got_subcommand("webhook")
        && app.get_subcommand("webhook")->get_subcommands().empty())
      return usage("webhook what? known: webhook verify, secret, rotate, test");
    if (app.got_subcommand("db")
        && app.get_subcommand("db")->get_subcommands().empty())
      return usage("db what? known: db check, db backup DIR, db restore DIR");
    if (app.got_subcommand("cert")
        && app.get_subcommand("cert")->get_subcommands().empty())
      return usage("cert what? known: cert init, cert issue NAME, cert show "
                   "FILE");
    return usage(error.what());
  } catch (const CLI::ParseError& error) {
    return usage(error.what());
  }
  if (app.get_subcommands().empty())
    return early_end{.exit_code = exit_ok, .help = app.help(), .complaint = {}};
  return selected(app, std::move(into));
}

} // namespace pixmill::cli
