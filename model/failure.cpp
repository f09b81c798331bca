#include "model/failure.hpp"

namespace pixmill {

std::string failure::word() const {
  if (code == errc::none)
    return {};
  if (code == errc::http_status)
    return "http_" + std::to_string(http_status);
  return std::string{to_string(code)};
}

bool failure::transient() const noexcept {
  switch (code) {
  case errc::dns:
  case errc::connect:
  case errc::timeout:
  case errc::rate_limited:
  case errc::empty_body:
  case errc::truncated:
  case errc::store:
  case errc::node_lost:
    return true;
  case errc::http_status:
    // RFC 9110: 408 and 425 ask for a repeat, 5xx is the server's own trouble;
    // 501 and 505 will not change.
    return http_status == 408 || http_status == 425
           || (http_status >= 500 && http_status != 501 && http_status != 505);
  default:
    return false;
  }
}

failure to_failure(const caf::error& reason, errc otherwise) {
  return {.code = code_of(reason, otherwise),
          .http_status = 0,
          .detail = context_of(reason)};
}

} // namespace pixmill
