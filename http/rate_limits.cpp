#include "http/rate_limits.hpp"

#include <algorithm>
#include <cmath>

namespace pixmill::http {
namespace {

std::chrono::seconds time_for(double requests, std::uint32_t rate) {
  return std::chrono::seconds{
    static_cast<std::int64_t>(std::ceil(requests / rate))};
}

rate_state state_of(double level, std::uint32_t rate, std::uint32_t burst) {
  if (level < 1)
    return {
      .allowed = false, .remaining = 0, .wait = time_for(1 - level, rate)};
  return {.allowed = true,
          .remaining = static_cast<std::uint32_t>(level),
          .wait = time_for(burst - level, rate)};
}

} // namespace

rate_limits::bucket& rate_limits::filled(const std::string& whose,
                                         std::uint32_t rate,
                                         std::uint32_t burst,
                                         clock::time_point now) {
  auto& found =
    buckets_
      .try_emplace(whose, bucket{.level = double(burst), .filled_at = now})
      .first->second;
  const std::chrono::duration<double> passed = now - found.filled_at;
  found.level =
    std::min<double>(burst, found.level + std::max(0.0, passed.count()) * rate);
  found.filled_at = std::max(found.filled_at, now);
  return found;
}

rate_state rate_limits::take(const std::string& whose, std::uint32_t rate,
                             std::uint32_t burst, clock::time_point now) {
  const std::lock_guard lock{mutex_};
  auto& level = filled(whose, rate, burst, now).level;
  if (level < 1)
    return state_of(level, rate, burst);
  level -= 1;
  auto out = state_of(std::max(level, 1.0), rate, burst);
  out.remaining = static_cast<std::uint32_t>(level);
  out.wait = time_for(burst - level, rate);
  return out;
}

rate_state rate_limits::look(const std::string& whose, std::uint32_t rate,
                             std::uint32_t burst, clock::time_point now) {
  const std::lock_guard lock{mutex_};
  return state_of(filled(whose, rate, burst, now).level, rate, burst);
}

void rate_limits::forget(const std::string& whose) {
  const std::lock_guard lock{mutex_};
  buckets_.erase(whose);
}

} // namespace pixmill::http
