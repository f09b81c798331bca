#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace pixmill::http {

/// What a bucket says to a request.
struct rate_state {
  bool allowed = true;
  std::uint32_t remaining = 0; ///< Requests that may follow at once.
  /// Until the next one may be made, if it may not now; else until all may.
  std::chrono::seconds wait{0};
};

/// A token bucket for each caller: it holds `burst` requests, and `rate` a
/// second flow in. Thread-safe.
class rate_limits {
public:
  using clock = std::chrono::steady_clock;

  /// Counts a request at `now`, unless the bucket is empty.
  /// @param rate, burst At least 1.
  rate_state take(const std::string& whose, std::uint32_t rate,
                  std::uint32_t burst, clock::time_point now);

  /// Returns what `take` would say; counts nothing.
  rate_state look(const std::string& whose, std::uint32_t rate,
                  std::uint32_t burst, clock::time_point now);

  /// Forgets a caller.
  void forget(const std::string& whose);

private:
  struct bucket {
    double level = 0;
    clock::time_point filled_at;
  };

  bucket& filled(const std::string& whose, std::uint32_t rate,
                 std::uint32_t burst, clock::time_point now);

  std::mutex mutex_; // guards what follows
  std::map<std::string, bucket> buckets_;
};

} // namespace pixmill::http
