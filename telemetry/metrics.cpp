#include "telemetry/metrics.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "telemetry/actor_registry.hpp"

namespace pixmill::telemetry {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

void latency_histogram::count(std::chrono::nanoseconds took) noexcept {
  const auto bucket = static_cast<std::size_t>(
    std::lower_bound(bounds.begin(), bounds.end(), took) - bounds.begin());
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  nanoseconds_.fetch_add(static_cast<std::uint64_t>(took.count()),
                         std::memory_order_relaxed);
}

struct metric_page::families {
  ClientMetric& add(std::string_view name, std::string_view help,
                    MetricType type, labels with) {
    if (all.empty() || all.back().name != name)
      all.push_back({std::string{name}, std::string{help}, type, {}});
    auto& metric = all.back().metric.emplace_back();
    for (const auto& [key, value] : with)
      metric.label.push_back({std::string{key}, std::string{value}});
    return metric;
  }

  std::vector<MetricFamily> all;
};

metric_page::metric_page() : families_{std::make_unique<families>()} {}

metric_page::~metric_page() = default;

void metric_page::gauge(std::string_view name, std::string_view help,
                        double value, labels with) {
  families_->add(name, help, MetricType::Gauge, with).gauge.value = value;
}

void metric_page::counter(std::string_view name, std::string_view help,
                          double value, labels with) {
  families_->add(name, help, MetricType::Counter, with).counter.value = value;
}

void metric_page::histogram(std::string_view name, std::string_view help,
                            const latency_histogram& value, labels with) {
  auto& out = families_->add(name, help, MetricType::Histogram, with).histogram;
  for (std::size_t i = 0; i <= latency_histogram::bounds.size(); ++i) {
    out.sample_count += value.counts_[i].load(std::memory_order_relaxed);
    auto& bucket = out.bucket.emplace_back();
    bucket.cumulative_count = out.sample_count;
    bucket.upper_bound =
      i < latency_histogram::bounds.size()
        ? std::chrono::duration<double>{latency_histogram::bounds[i]}.count()
        : std::numeric_limits<double>::infinity();
  }
  out.sample_sum =
    static_cast<double>(value.nanoseconds_.load(std::memory_order_relaxed))
    / 1e9;
}

std::string metric_page::text() const {
  return prometheus::TextSerializer{}.Serialize(families_->all);
}

void add_actor_metrics(metric_page& page) {
  const auto& registry = actor_registry::instance();
  for (std::size_t i = 0; i < actor_kind_count; ++i) {
    const auto kind = static_cast<actor_kind>(i);
    page.gauge("pixmill_actors", "Actors that live, by kind.",
               static_cast<double>(registry.count(kind)),
               {{"kind", to_string(kind)}});
  }
}

} // namespace pixmill::telemetry
