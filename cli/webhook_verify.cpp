#include "cli/webhook_verify.hpp"

#include <algorithm>
#include <ostream>
#include <string_view>

#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"
#include "cli/read_file.hpp"
#include "model/job.hpp"
#include "persistence/webhook_keyring.hpp"

namespace pixmill::cli {
namespace {

// A payload has rows of 16 MiB at most.
constexpr std::size_t most_bytes = 32 << 20;

caf::expected<std::string> text_of(const std::string& path) {
  std::string out;
  if (auto failed = read_file(path, [&out](std::string_view bytes) {
        out += bytes;
        return out.size() <= most_bytes;
      }))
    return failed;
  if (out.size() > most_bytes)
    return make_error(errc::file_unreadable, path + ": more than 32 MiB");
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == text.npos)
    return {};
  return text.substr(from, text.find_last_not_of(" \t\r") + 1 - from);
}

bool same_name(std::string_view name, std::string_view lower) {
  return std::equal(
    name.begin(), name.end(), lower.begin(), lower.end(),
    [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

webhook_headers headers_in(std::string_view text) {
  webhook_headers out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto colon = std::min(line.find(':'), line.size());
    const auto name = trimmed(line.substr(0, colon));
    const auto value = trimmed(line.substr(std::min(colon + 1, line.size())));
    if (same_name(name, "webhook-id"))
      out.id = value;
    else if (same_name(name, "webhook-timestamp"))
      out.timestamp = value;
    else if (same_name(name, "webhook-signature"))
      out.signature = value;
  }
  return out;
}

std::string_view reason_of(webhook_verdict verdict) {
  switch (verdict) {
  case webhook_verdict::genuine:
    return "signed by a secret in force, and recent";
  case webhook_verdict::malformed:
    return "webhook-id, webhook-timestamp or webhook-signature is missing or "
           "not what it has to be";
  case webhook_verdict::too_old:
    return "signed, but longer ago than --tolerance";
  case webhook_verdict::too_new:
    return "signed, but further in the future than --tolerance";
  case webhook_verdict::not_signed:
    return "no signature fits: another secret, or id, timestamp or body are "
           "not as they were sent";
  }
  return {};
}

int refuse(const terminal& to, const caf::error& reason) {
  complain(to, context_of(reason));
  return exit_usage;
}

} // namespace

int webhook_verify(const webhook_verify_options& options,
                   const config::settings& settings, const terminal& to) {
  auto from = settings.keyring;
  if (!options.secret_file.empty())
    from = {.secrets = {}, .secrets_file = options.secret_file};
  const auto secrets =
    persistence::webhook_keyring{from, settings.store.journal}.secrets();
  if (!secrets)
    return refuse(to, secrets.error());
  const auto head = text_of(options.headers);
  if (!head)
    return refuse(to, head.error());
  const auto body = text_of(options.body);
  if (!body)
    return refuse(to, body.error());
  const auto headers = headers_in(*head);
  const auto verdict = judge_webhook(*secrets, headers, *body,
                                     unix_now() / 1000, options.tolerance);
  if (options.json)
    to.out << nlohmann::ordered_json{{"verdict", to_string(verdict)},
                                     {"reason", reason_of(verdict)},
                                     {"id", headers.id},
                                     {"timestamp", headers.timestamp}}
                .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
           << std::endl;
  else
    to.out << to_string(verdict) << ": " << reason_of(verdict) << std::endl;
  return verdict == webhook_verdict::genuine ? exit_ok : exit_with_failures;
}

} // namespace pixmill::cli
