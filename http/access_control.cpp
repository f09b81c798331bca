#include "http/access_control.hpp"

#include <algorithm>
#include <utility>

#include "http/caller_check.hpp"
#include "http/route_scopes.hpp"

namespace pixmill::http {
namespace {

constexpr std::string_view scheme = "bearer ";

// RFC 6750, 2.1; names of schemes know no case.
std::string_view bearer_of(std::string_view authorization) {
  const auto same = [](char known, char given) {
    return known == given
           || (given >= 'A' && given <= 'Z' && known == given - 'A' + 'a');
  };
  if (authorization.size() <= scheme.size()
      || !std::equal(scheme.begin(), scheme.end(), authorization.begin(), same))
    return {};
  authorization.remove_prefix(scheme.size());
  const auto begin = authorization.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view{}
                                         : authorization.substr(begin);
}

verdict refuse(problem what, const std::string& challenge = {}) {
  verdict out;
  if (what.status == 401 || !challenge.empty())
    out.fields.push_back(
      {"WWW-Authenticate", "Bearer realm=\"pixmill\"" + challenge});
  out.refused = std::move(what);
  return out;
}

verdict refuse_token(std::string code, std::string detail) {
  return refuse({401, std::move(code), "A token that counts is wanted",
                 std::move(detail), 0},
                ", error=\"invalid_token\"");
}

verdict refuse_scope(scope missing) {
  const std::string name{to_string(missing)};
  auto out = refuse({403, "scope-missing", "The token does not allow this",
                     "scope " + name + " is missing", 0},
                    ", error=\"insufficient_scope\", scope=\"" + name + "\"");
  out.more = R"("scope":")" + name + '"';
  return out;
}

// Caches must not give one origin what was meant for another. No credentials
// are allowed: a page sends its token itself.
void add_cors_fields(const asked& request, bool off, bool allowed,
                     verdict& out) {
  if (off)
    return;
  auto& fields = out.fields;
  fields.push_back({"Vary", "Origin"});
  if (!allowed)
    return;
  fields.push_back(
    {"Access-Control-Allow-Origin", std::string{request.origin}});
  if (out.preflight) {
    fields.push_back({"Access-Control-Allow-Methods", "GET, POST, DELETE"});
    fields.push_back(
      {"Access-Control-Allow-Headers",
       "Authorization, Content-Type, Content-Encoding, Idempotency-Key, "
       "If-None-Match, Last-Event-ID, Range, traceparent"});
    fields.push_back({"Access-Control-Max-Age", "600"});
  } else {
    fields.push_back(
      {"Access-Control-Expose-Headers",
       "ETag, Link, Location, Content-Disposition, RateLimit-Limit, "
       "RateLimit-Remaining, RateLimit-Reset, Retry-After, WWW-Authenticate"});
  }
}

} // namespace

verdict access_control::judge(const asked& request) {
  return decide(request, counting::on);
}

verdict access_control::foresee(const asked& request) {
  return decide(request, counting::off);
}

verdict access_control::decide(const asked& request, counting how) {
  const auto& origins = settings_.cors_origins;
  const bool allowed =
    std::find(origins.begin(), origins.end(), request.origin) != origins.end();
  verdict out;
  // A page of an allowed origin counts as one of ours.
  const auto stranger = allowed ? std::string_view{} : request.origin;
  auto refused = tokens_.guarded() ? std::nullopt
                                   : refused_caller(request.host, stranger,
                                                    settings_.public_url);
  if (refused)
    out = refuse(std::move(*refused));
  else if (allowed && request.method == "OPTIONS"
           && !request.wanted_method.empty())
    out.preflight = true; // It bears no token: browsers send none with it.
  else if (tokens_.guarded())
    out = decide_guarded(request, how);
  add_cors_fields(request, origins.empty(), allowed, out);
  return out;
}

void access_control::limit(const std::string& token, counting how,
                           verdict& out) {
  const auto rate = settings_.rate_limit;
  if (rate == 0)
    return;
  const auto burst = settings_.rate_burst;
  const auto now = rate_limits::clock::now();
  const auto said = how == counting::on ? rates_.take(token, rate, burst, now)
                                        : rates_.look(token, rate, burst, now);
  const auto wait = static_cast<int>(said.wait.count());
  if (!said.allowed)
    out = refuse({429, "rate-limited", "This token asks too often",
                  std::to_string(rate) + " requests a second are allowed",
                  std::max(wait, 1)});
  out.fields.push_back({"RateLimit-Limit", std::to_string(burst)});
  out.fields.push_back({"RateLimit-Remaining", std::to_string(said.remaining)});
  out.fields.push_back({"RateLimit-Reset", std::to_string(wait)});
}

verdict access_control::decide_guarded(const asked& request, counting how) {
  const auto need =
    need_of(request.method, request.path, settings_.private_files);
  if (need.health)
    return {};
  if (tokens_.size() == 0)
    return refuse({401, "no-tokens", "A token that counts is wanted",
                   "the last token was revoked; stop the service and make one "
                   "with: pixmill token new --scope submit,read,admin",
                   0});
  if (!need.wanted)
    return {};
  const auto secret = bearer_of(request.authorization);
  if (secret.empty())
    return refuse({401, "token-missing", "A token that counts is wanted",
                   "send it as Authorization: Bearer TOKEN", 0});
  const auto token = tokens_.find(secret);
  if (!token)
    return refuse_token("token-unknown", "this one is unknown or was revoked");
  if (token->expired(unix_now()))
    return refuse_token("token-expired",
                        "this one expired at " + to_rfc3339(token->expires_at));
  if (!token->allows(*need.wanted))
    return refuse_scope(*need.wanted);
  if (need.whole_house && !token->tenant.empty())
    return refuse({403, "tenant-refused", "The token does not allow this",
                   "this is about all tenants; the token is one tenant's", 0});
  verdict out;
  limit(token->id, how, out);
  return out;
}

caller access_control::caller_of(std::string_view authorization) const {
  if (!tokens_.guarded())
    return {};
  const auto token = tokens_.find(bearer_of(authorization));
  // It was let through; it may have been revoked since.
  if (!token || token->expired(unix_now()))
    return {.token = {}, .tenant = {}, .known = false};
  return {.token = token->id, .tenant = token->tenant};
}

} // namespace pixmill::http
