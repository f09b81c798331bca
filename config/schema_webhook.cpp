#include "config/binding.hpp"
#include "config/schema_parts.hpp"
#include "model/webhook_signature.hpp"

namespace pixmill::config {
namespace {

using namespace std::chrono_literals;

bool is_pause(const std::string& text) {
  return actors::parse_pause(text).has_value();
}

bool is_secret(const std::string& text) {
  return webhook_secret::parse(text).has_value();
}

constexpr std::array table{
  bind<&settings::keyring, &persistence::keyring_settings::secrets>(
    {.section = "webhook",
     .key = "secrets",
     .doc = "What webhooks are signed with, the newest first.",
     .kind = value_kind::texts,
     .lowest = 0,
     .highest = 10,
     .member_name = "whsec_ and the base64 of 24 to 64 bytes",
     .member_valid = is_secret,
     .secret = true}),
  bind<&settings::keyring, &persistence::keyring_settings::secrets_file>(
    {.section = "webhook",
     .key = "secrets-file",
     .doc = "File of secrets, one a line; empty: beside the journal.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 4'095}),
  bind<&settings::notifier, &actors::notifier_settings::schedule>(
    {.section = "webhook",
     .key = "schedule",
     .doc = "The pause before each attempt.",
     .kind = value_kind::texts,
     .lowest = 1,
     .highest = 50,
     .member_name = "a pause such as 500ms, 5s, 5min or 2h, at most 720h",
     .member_valid = is_pause}),
  bind<&settings::notifier, &actors::notifier_settings::jitter_percent>(
    {.section = "webhook",
     .key = "jitter-percent",
     .doc = "Each pause is so much shorter or longer, at random.",
     .kind = value_kind::number,
     .lowest = 0,
     .highest = 100}),
  bind<&settings::notifier, &actors::notifier_settings::longest_retry_after>(
    {.section = "webhook",
     .key = "longest-retry-after",
     .doc = "A Retry-After beyond this counts as this.",
     .kind = value_kind::duration,
     .lowest = ns(0s),
     .highest = ns(168h)}),
  bind<&settings::notifier, &actors::notifier_settings::max_deliveries>(
    {.section = "webhook",
     .key = "max-deliveries",
     .doc = "Webhooks under way at once.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 1'000}),
  bind<&settings::notifier, &actors::notifier_settings::per_receiver>(
    {.section = "webhook",
     .key = "per-receiver",
     .doc = "Webhooks under way at once to one host and port.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 1'000}),
  bind<&settings::notifier, &actors::notifier_settings::max_rows_bytes>(
    {.section = "webhook",
     .key = "max-rows-bytes",
     .doc = "Largest rows of a full payload; larger ones stay away.",
     .kind = value_kind::bytes,
     .lowest = 0,
     .highest = 1ll << 24}),
  bind<&settings::webhook, &net::webhook_settings::timeout>(
    {.section = "webhook",
     .key = "timeout",
     .doc = "From looking up the name to the end of the answer.",
     .kind = value_kind::duration,
     .lowest = ns(100ms),
     .highest = ns(5min)}),
  bind<&settings::webhook, &net::webhook_settings::allow_ports>(
    {.section = "webhook",
     .key = "allow-ports",
     .doc = "Ports to send to besides 80, 443 and those of [fetch].",
     .kind = value_kind::numbers,
     .lowest = 1,
     .highest = 65'535}),
  bind<&settings::webhook, &net::webhook_settings::allow_cidrs>(
    {.section = "webhook",
     .key = "allow-cidrs",
     .doc = "Ranges to send to although not public, besides [fetch]'s.",
     .kind = value_kind::texts,
     .member_name = "an address range such as 10.0.0.0/8",
     .member_valid = is_cidr}),
};

} // namespace

std::span<const setting> webhook_schema() noexcept {
  return table;
}

} // namespace pixmill::config
