#include "actors/rate_recorder.hpp"

#include "telemetry/metrics.hpp"

namespace pixmill::actors {

rate_recorder::rate_recorder(const persistence::journal_tally& tally,
                             clock::time_point now)
    : tally_{tally}, last_{now}, before_{tally.totals()},
      cpu_before_us_{telemetry::process_cpu_us()} {
  // nop
}

rate_sample rate_recorder::take(clock::time_point now, std::int64_t wall) {
  const auto totals = tally_.totals();
  const auto cpu_us = telemetry::process_cpu_us();
  const auto covered =
    std::chrono::duration_cast<std::chrono::milliseconds>(now - last_);
  rate_sample out{.began_s = wall - covered.count() / 1'000,
                  .covered_ms = static_cast<std::uint64_t>(covered.count()),
                  .images = totals.images - before_.images,
                  .bytes_in = totals.bytes_in - before_.bytes_in,
                  .bytes_out = totals.bytes_out - before_.bytes_out,
                  .failures = totals.failures - before_.failures,
                  .cpu_us = cpu_us - cpu_before_us_};
  last_ = now;
  before_ = totals;
  cpu_before_us_ = cpu_us;
  return out;
}

} // namespace pixmill::actors
