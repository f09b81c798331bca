#include "http/route_scopes.hpp"

#include <array>

namespace pixmill::http {
namespace {

enum class who : std::uint8_t {
  health,  ///< Anybody, always.
  anyone,  ///< Anybody.
  linked,  ///< Anybody who knows the URL, which names what is in the file;
           ///< readers where files are private.
  submit,  ///< Tokens with this scope.
  read,    ///< Tokens with this scope.
  readers, ///< Tokens with scope read that are no tenant's.
  admin,   ///< Tokens with this scope.
};

/// One line of the table: `*` stands for any method or one segment of a path,
/// `/**` at a path's end for any segments that follow, and for none.
struct rule {
  std::string_view method;
  std::string_view path;
  who may;
};

// Who may do what: the first line that fits counts. HEAD is asked as GET.
constexpr std::array rules{
  rule{"GET", "/healthz", who::health},
  rule{"GET", "/readyz", who::health},
  rule{"GET", "/openapi.json", who::anyone},
  rule{"GET", "/docs/**", who::anyone},
  rule{"GET", "/console/**", who::anyone}, // It asks for a token itself.
  rule{"GET", "/v1/files/*/*", who::linked},
  rule{"POST", "/v1/jobs", who::submit},
  rule{"POST", "/v1/jobs/*/*", who::submit},
  rule{"DELETE", "/v1/jobs/*", who::submit},
  rule{"POST", "/v1/validate", who::submit},
  rule{"POST", "/v1/deliveries/*/replay", who::submit},
  rule{"POST", "/v1/webhooks/test", who::submit},
  rule{"POST", "/upload", who::submit},
  rule{"*", "/v1/tokens/**", who::admin},
  rule{"*", "/v1/nodes/**", who::admin},
  // Workers bear a permit of their task, which the route looks at.
  rule{"PUT", "/v1/internal/images/*", who::anyone},
  rule{"*", "/v1/actors/**", who::admin},
  rule{"*", "/v1/traces/**", who::admin},
  rule{"*", "/v1/overview/**", who::admin},
  rule{"*", "/v1/origins/**", who::admin},
  rule{"*", "/v1/errors/**", who::admin},
  rule{"*", "/v1/audit/**", who::admin},
  rule{"*", "/v1/history/**", who::admin},
  rule{"*", "/v1/config/**", who::admin},
  rule{"GET", "/v1/deliveries/**", who::admin},
  rule{"GET", "/metrics", who::readers},
  rule{"GET", "/**", who::read},
  rule{"*", "/**", who::admin},
};

std::string_view first_segment(std::string_view path) noexcept {
  return path.substr(0, path.find('/', 1));
}

// Both begin with a slash or are empty.
bool fits(std::string_view pattern, std::string_view path) noexcept {
  while (!pattern.empty()) {
    const auto wanted = first_segment(pattern);
    if (wanted == "/**")
      return true;
    const auto found = first_segment(path);
    if (found.empty() || (wanted != "/*" && wanted != found))
      return false;
    pattern.remove_prefix(wanted.size());
    path.remove_prefix(found.size());
  }
  return path.empty();
}

who who_may(std::string_view method, std::string_view path) noexcept {
  const auto asked = method == "HEAD" ? "GET" : method;
  for (const auto& one : rules)
    if ((one.method == "*" || one.method == asked) && fits(one.path, path))
      return one.may;
  return who::admin;
}

} // namespace

route_need need_of(std::string_view method, std::string_view path,
                   bool private_files) noexcept {
  switch (who_may(method, path)) {
  case who::health:
    return {.wanted = std::nullopt, .whole_house = false, .health = true};
  case who::anyone:
    return {};
  case who::linked:
    if (private_files)
      return {.wanted = scope::read};
    return {};
  case who::submit:
    return {.wanted = scope::submit};
  case who::read:
    return {.wanted = scope::read};
  case who::readers:
    return {.wanted = scope::read, .whole_house = true};
  case who::admin:
    break;
  }
  return {.wanted = scope::admin, .whole_house = true};
}

} // namespace pixmill::http
