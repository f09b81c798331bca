#pragma once

#include <string>

#include <caf/meta/type_name.hpp>

#include "model/job.hpp"

namespace pixmill {

/// Something that somebody did to the service, as the audit log has it.
struct audit_entry {
  std::string id; ///< `aud_` and a ULID: entries sort by time.
  unix_ms at = 0;
  std::string who;     ///< Id of a token and its name; `open`: anybody.
  std::string address; ///< Where the request came from.
  std::string what;    ///< `actor.kill`, `job.cancel`, …
  std::string target;  ///< Id of what it was done to.
  std::string effect;  ///< What came of it.
  std::string request; ///< Its `X-Request-Id`.

  bool operator==(const audit_entry&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, audit_entry& x) {
  return f(caf::meta::type_name("pixmill::audit_entry"), x.id, x.at, x.who,
           x.address, x.what, x.target, x.effect, x.request);
}

} // namespace pixmill
