#include "http/token_json.hpp"

#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "model/errc.hpp"
#include "model/quantity.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t most_bytes = 64 << 10;

caf::error refused(std::string context) {
  return make_error(errc::option_invalid, std::move(context));
}

// What is no UTF-8 is replaced: names come from strangers.
std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json time_or_null(unix_ms time) {
  return time == 0 ? json(nullptr) : json(to_rfc3339(time));
}

json described(const api_token& token, unix_ms now) {
  return {{"id", token.id},
          {"name", token.name},
          {"tenant", token.tenant.empty() ? json(nullptr) : json(token.tenant)},
          {"scopes", scope_set::from_bits(token.scopes).names()},
          {"created_at", to_rfc3339(token.created_at)},
          {"expires_at", time_or_null(token.expires_at)},
          {"expired", token.expired(now)}};
}

// Both `"submit,read"` and `["submit", "read"]`.
caf::expected<scope_set> scopes_of(const json& value) {
  std::string names;
  if (value.is_string())
    return scope_set::parse(value.get<std::string>());
  if (!value.is_array())
    return refused("scopes: a list such as [\"submit\", \"read\"] is wanted");
  for (const auto& one : value) {
    if (!one.is_string())
      return refused("scopes: names are wanted");
    names += (names.empty() ? "" : ",") + one.get<std::string>();
  }
  return scope_set::parse(names);
}

caf::error read_member(const std::string& name, const json& value,
                       token_wish& wish) {
  if (name == "scopes") {
    auto scopes = scopes_of(value);
    if (!scopes)
      return scopes.error();
    wish.scopes = *scopes;
    return {};
  }
  if (name != "tenant" && name != "name" && name != "expires")
    return refused("\"" + name
                   + "\" is not known; scopes, tenant, name and expires are");
  if (value.is_null())
    return {};
  if (!value.is_string())
    return refused(name + ": a text is wanted");
  auto text = value.get<std::string>();
  if (name == "expires") {
    wish.lifetime = parse_duration(text);
    if (!wish.lifetime || wish.lifetime->count() <= 0)
      return refused("expires: a time from now such as 90d is wanted");
  } else {
    (name == "tenant" ? wish.tenant : wish.name) = std::move(text);
  }
  return {};
}

} // namespace

caf::expected<token_wish> read_token_wish(const std::string& body) {
  const auto given = body.size() > most_bytes
                       ? json(json::value_t::discarded)
                       : json::parse(body, nullptr, false);
  if (!given.is_object())
    return refused("a JSON object such as {\"scopes\": [\"read\"]} is wanted");
  token_wish wish;
  for (const auto& [name, value] : given.items())
    if (auto wrong = read_member(name, value, wish))
      return wrong;
  return wish;
}

std::string to_json(const new_token& made) {
  auto body = described(made.token, made.token.created_at);
  body["token"] = made.secret;
  return text_of(body);
}

std::string to_json(const std::vector<api_token>& tokens, unix_ms now) {
  json list = json::array();
  for (const auto& token : tokens)
    list.push_back(described(token, now));
  return text_of({{"tokens", std::move(list)}, {"next_cursor", nullptr}});
}

} // namespace pixmill::http
