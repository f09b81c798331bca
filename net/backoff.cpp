#include "net/backoff.hpp"

#include <algorithm>

namespace pixmill::net {

std::chrono::milliseconds
pause_before(std::uint32_t attempt, const fetch_settings& settings,
             std::optional<std::chrono::milliseconds> retry_after,
             std::uint64_t random) {
  using std::chrono::milliseconds;
  const auto longest = std::max(settings.longest_pause, milliseconds{0});
  auto ceiling = std::clamp(settings.first_pause, milliseconds{0}, longest);
  for (std::uint32_t n = 2; n < attempt && ceiling < longest; ++n) {
    if (ceiling == milliseconds{0})
      break;
    // Without the comparison a large `longest_pause` could overflow.
    ceiling = ceiling > longest / 2 ? longest : ceiling * 2;
  }
  const auto choices = static_cast<std::uint64_t>(ceiling.count()) + 1;
  const milliseconds jitter{static_cast<milliseconds::rep>(random % choices)};
  if (!retry_after)
    return jitter;
  const milliseconds cap{settings.longest_retry_after};
  return std::max(jitter, std::min(*retry_after, cap));
}

} // namespace pixmill::net
