#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/problem.hpp"
#include "http/rate_limits.hpp"
#include "http/request_framing.hpp"
#include "http/service_settings.hpp"
#include "http/token_table.hpp"

namespace pixmill::http {

/// The part of a request that says whether it may be made.
struct asked {
  std::string_view method;
  std::string_view path; ///< Decoded, without its query.
  std::string_view authorization;
  std::string_view host;
  std::string_view origin;
  /// Access-Control-Request-Method: with OPTIONS, a browser asks first.
  std::string_view wanted_method{};
};

/// What becomes of a request.
struct verdict {
  /// Empty: it is let through.
  std::optional<problem> refused;
  bool preflight = false; ///< A browser asked first, and may go on.
  std::string more{}; ///< Members of the problem besides those of every one.
  std::vector<header_field> fields; ///< Of the answer, whatever it is.
};

/// Who makes a request.
struct caller {
  std::string token{};  ///< Its id; empty: the service is open.
  std::string tenant{}; ///< Empty: no tenant's; sees every job.
  bool known = true;    ///< False: its token counts no more; sees nothing.

  /// Returns whether jobs of this tenant are the caller's to see.
  bool sees(std::string_view owner) const noexcept {
    return known && (tenant.empty() || tenant == owner);
  }
};

/// Decides about every request, before its route is looked for. Thread-safe.
///
/// Without tokens the service is open: it is bound to this machine then, and
/// what a web page makes its visitor's browser ask is refused. With tokens
/// each request needs what http/route_scopes.cpp says; a browser never sends a
/// token by itself, so no page can borrow one.
class access_control {
public:
  /// @param settings Outlives it.
  explicit access_control(const service_settings& settings)
      : settings_{settings} {}

  verdict judge(const asked& request);

  /// Says whether `judge` would refuse; counts nothing. For requests whose
  /// body is still on its way.
  verdict foresee(const asked& request);

  /// Returns who sends `authorization`.
  caller caller_of(std::string_view authorization) const;

  token_table& tokens() noexcept {
    return tokens_;
  }
  const token_table& tokens() const noexcept {
    return tokens_;
  }

private:
  enum class counting : bool { off, on };

  verdict decide(const asked& request, counting how);
  verdict decide_guarded(const asked& request, counting how);
  void limit(const std::string& token, counting how, verdict& out);

  const service_settings& settings_;
  token_table tokens_;
  rate_limits rates_;
};

} // namespace pixmill::http
