#include "cli/token_flags.hpp"

#include <utility>

#include <CLI/CLI.hpp>

#include "cli/client_flags.hpp"

namespace pixmill::cli {

void add_token_verbs(CLI::App& app, token_targets& into) {
  auto& verb = *app.add_subcommand("token", "Makes and revokes API tokens");
  verb.require_subcommand(1);
  verb.footer("Works on the store of the settings while no server has it open,"
              "\nelse, or with --url, through the server and PIXMILL_TOKEN.");
  auto& made = *verb.add_subcommand("new", "Makes a token; prints it once");
  made
    .add_option("--scope", into.made.scopes,
                "What it allows: submit, read, admin; admin implies the others")
    ->option_text("SCOPE,...")
    ->required();
  made
    .add_option("--tenant", into.made.tenant,
                "It sees the jobs of this tenant only; default: all jobs")
    ->option_text("TENANT");
  made
    .add_option("--expires", into.made.expires,
                "How long it counts, such as 90d; default: for ever")
    ->option_text("TIME");
  made.add_option("--name", into.made.name, "For people")->option_text("NAME");
  add_server_flags(made, into.made);
  made.footer("  pixmill token new --scope submit,read --tenant shop-1 "
              "--expires 90d\n"
              "  export PIXMILL_TOKEN=$(pixmill token new --scope admin)");
  add_server_flags(*verb.add_subcommand("list", "Lists the tokens"), into.list);
  auto& revoke =
    *verb.add_subcommand("revoke", "Takes a token back; counts at once");
  revoke.add_option("ID", into.revoke.id, "As pixmill token list shows it")
    ->required();
  add_server_flags(revoke, into.revoke);
}

std::optional<token_options> selected_token_verb(const CLI::App& app,
                                                 token_targets from) {
  if (!app.got_subcommand("token"))
    return std::nullopt;
  const auto& verb = *app.get_subcommand("token");
  if (verb.got_subcommand("new"))
    return std::move(from.made);
  if (verb.got_subcommand("list"))
    return from.list;
  return std::move(from.revoke);
}

} // namespace pixmill::cli
