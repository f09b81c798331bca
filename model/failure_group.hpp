#pragma once

#include <cstdint>
#include <string>

#include "model/failure.hpp"
#include "model/job.hpp"
#include "model/outcome.hpp"

namespace pixmill {

/// The failed items of one job with one code at one host.
struct failure_group {
  std::string job;
  std::string code; ///< `timeout`, `http_404`, …
  std::string host; ///< Empty: of hosts that are not counted yet.
  std::uint64_t count = 0;
  bool transient = false; ///< Whether trying again may help.
  /// One of them; row 0: none is known.
  slot_id slot;
  std::string url;
  std::string detail;
  unix_ms last_at = 0; ///< When the job ended; 0: it runs.
};

} // namespace pixmill
