#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/job.hpp"

namespace pixmill {

/// Makes and checks the permits with which nodes hand in what they made: for
/// one task each, and for some time. Nothing is remembered of them; whoever has
/// the secret knows its own. Thread-safe.
class task_permits {
public:
  /// @param secret At least 32 random bytes.
  explicit task_permits(std::string secret);

  /// Returns the permit of one lease: `JOB.LEASE.TIME.SIGNATURE`.
  /// @param expires When it ends to count.
  std::string issue(std::string_view job, std::uint64_t lease,
                    unix_ms expires) const;

  /// Returns whether `permit` is one of ours that counts.
  bool valid(std::string_view permit, unix_ms now) const;

private:
  std::string signature(std::string_view text) const;

  std::string secret_;
};

} // namespace pixmill
