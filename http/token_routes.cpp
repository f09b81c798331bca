#include "http/routes.hpp"

#include <utility>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/answer.hpp"
#include "model/api_token.hpp"
#include "model/errc.hpp"
#include "model/quantity.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t most_bytes = 64 << 10;

constexpr auto last_token_warning =
  "That was the last token: until this service is started again, everything "
  "but health is refused. Stop it, and make a token with pixmill token new.";

caf::error refused(std::string context) {
  return make_error(errc::option_invalid, std::move(context));
}

json time_or_null(unix_ms time) {
  return time == 0 ? json(nullptr) : json(to_rfc3339(time));
}

json to_json(const api_token& token, unix_ms now) {
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

caf::expected<token_wish> read_wish(const std::string& body) {
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

void add_token(route_context& context, const httplib::Request& request,
               httplib::Response& response) {
  auto wish = read_wish(request.body);
  if (!wish)
    return send_problem(response, problem_of(wish.error()));
  const auto now = unix_now();
  auto drawn = draw_token(*wish, now);
  if (!drawn)
    return send_problem(response, problem_of(drawn.error()));
  // It counts once it is durable: a token that a restart forgets is none.
  if (auto added = context.head.add_token(drawn->token); !added)
    return send_problem(response, problem_of(added.error()));
  auto body = to_json(drawn->token, now);
  body["token"] = drawn->secret;
  context.access.tokens().add({std::move(drawn->token)});
  send_json(response, 201, body.dump());
}

void list_tokens(route_context& context, httplib::Response& response) {
  json tokens = json::array();
  const auto now = unix_now();
  for (const auto& token : context.access.tokens().all())
    tokens.push_back(to_json(token, now));
  send_json(response, 200,
            json{{"tokens", std::move(tokens)}, {"next_cursor", nullptr}}.dump(
              -1, ' ', false, json::error_handler_t::replace));
}

void revoke_token(route_context& context, const httplib::Request& request,
                  httplib::Response& response) {
  const auto id = request.matches[1].str();
  // First here, so that it counts no more even if the disk is full.
  const bool counted = context.access.tokens().remove(id);
  const auto stored = context.head.revoke_token(id);
  if (!stored) {
    auto why = problem_of(stored.error());
    if (counted)
      why.detail += "; the token counts no more until the next start: revoke "
                    "it again once there is space";
    return send_problem(response, why);
  }
  if (!counted && !*stored)
    return send_problem(
      response, {404, "no-such-token", "There is no such token", id, 0});
  if (context.access.tokens().size() > 0)
    response.status = 204;
  else
    send_json(response, 200,
              json{{"id", id}, {"warning", last_token_warning}}.dump());
}

} // namespace

void add_token_routes(httplib::Server& server, route_context& context) {
  server.Post("/v1/tokens", [&context](const httplib::Request& request,
                                       httplib::Response& response) {
    add_token(context, request, response);
  });
  server.Get("/v1/tokens", [&context](const auto&, auto& response) {
    list_tokens(context, response);
  });
  server.Delete("/v1/tokens/([^/]+)",
                [&context](const httplib::Request& request, auto& response) {
                  revoke_token(context, request, response);
                });
}

} // namespace pixmill::http
