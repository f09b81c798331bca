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

} // namespace

verdict access_control::judge(const asked& request) const {
  return tokens_.guarded() ? judge_guarded(request) : judge_open(request);
}

verdict access_control::judge_open(const asked& request) const {
  if (auto refused =
        refused_caller(request.host, request.origin, settings_.public_url))
    return refuse(std::move(*refused));
  return {};
}

verdict access_control::judge_guarded(const asked& request) const {
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
  return {};
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
