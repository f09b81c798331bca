#include "cli/webhook_flags.hpp"

#include <utility>

#include <CLI/CLI.hpp>

#include "cli/client_flags.hpp"
#include "model/quantity.hpp"

namespace pixmill::cli {
namespace {

void add_verify(CLI::App& webhook, webhook_verify_options& options) {
  auto& verb =
    *webhook.add_subcommand("verify", "Checks a webhook that was captured");
  verb.add_option("--headers", options.headers, "Its headers: Name: value")
    ->required()
    ->option_text("FILE");
  verb.add_option("--body", options.body, "Its body, byte for byte")
    ->required()
    ->option_text("FILE");
  verb
    .add_option("--secret-file", options.secret_file,
                "Secrets, one a line; default: those of the settings")
    ->option_text("FILE");
  verb
    .add_option_function<std::string>(
      "--tolerance",
      [&options](const std::string& text) {
        const auto time = parse_duration(text);
        if (!time)
          throw CLI::ValidationError{"--tolerance",
                                     "a time such as 90s, 5m or 2h is wanted"};
        options.tolerance = *time;
      },
      "How old it may be; default: 5m")
    ->option_text("TIME");
  verb.add_flag("--json", options.json, "Print JSON");
  verb.footer("A secret is taken from PIXMILL_WEBHOOK_SECRETS or a file only.\n"
              "Exit codes: 0 genuine, 4 not.");
}

void add_secrets(CLI::App& webhook, webhook_targets& into) {
  auto& secret = *webhook.add_subcommand(
    "secret", "Prints the secrets that sign, the newest first");
  secret.add_flag("--json", into.secret.json, "Print JSON");
  auto& rotate = *webhook.add_subcommand(
    "rotate", "Puts a new secret in front; a running server signs with it");
  rotate
    .add_option("--keep", into.rotate.keep,
                "Secrets from before that go on signing; default: 1")
    ->check(CLI::Range(0, 9))
    ->option_text("N");
  rotate.add_flag("--json", into.rotate.json, "Print JSON");
}

} // namespace

void add_webhook_verbs(CLI::App& app, webhook_targets& into) {
  auto& webhook =
    *app.add_subcommand("webhook", "Secrets of webhooks, checks and tests");
  webhook.require_subcommand(1);
  add_verify(webhook, into.verify);
  add_secrets(webhook, into);
  auto& test = *webhook.add_subcommand(
    "test", "Has a server send a test, and tells what came of it");
  test.add_option("RECEIVER", into.test.receiver, "Its URL")->required();
  add_server_flags(test, into.test);
  test.footer("Exit codes: 0 delivered, 4 not.");
}

std::optional<std::variant<webhook_verify_options, webhook_secret_options,
                           webhook_test_options>>
selected_webhook_verb(const CLI::App& app, webhook_targets from) {
  if (!app.got_subcommand("webhook"))
    return std::nullopt;
  const auto& webhook = *app.get_subcommand("webhook");
  if (webhook.got_subcommand("verify"))
    return std::move(from.verify);
  if (webhook.got_subcommand("secret"))
    return from.secret;
  if (webhook.got_subcommand("rotate"))
    return from.rotate;
  return std::move(from.test);
}

} // namespace pixmill::cli
