#include "telemetry/webhook_counters.hpp"

#include "telemetry/metrics.hpp"

namespace pixmill::telemetry {
namespace {

double number(const std::atomic<std::uint64_t>& x) {
  return static_cast<double>(x.load(std::memory_order_relaxed));
}

} // namespace

void add_webhook_metrics(metric_page& page) {
  const auto& seen = webhook_counters::instance();
  page.counter("pixmill_webhook_attempts_total", "Requests to receivers.",
               number(seen.attempts));
  page.counter("pixmill_webhook_failed_attempts_total",
               "Requests that no receiver has answered with 2xx.",
               number(seen.failed_attempts));
  constexpr auto events = "pixmill_webhook_events_total";
  constexpr auto help = "Events that are settled, by what came of them.";
  page.counter(events, help, number(seen.delivered), {{"state", "delivered"}});
  page.counter(events, help, number(seen.given_up), {{"state", "failed"}});
  page.counter(events, help, number(seen.disabled), {{"state", "disabled"}});
  page.gauge("pixmill_webhook_pending", "Events that are not settled.",
             number(seen.pending));
  page.gauge("pixmill_webhook_under_way", "Requests to receivers now.",
             number(seen.under_way));
}

} // namespace pixmill::telemetry
