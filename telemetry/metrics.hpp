#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pixmill::telemetry {

/// Durations, counted by length. Any thread may count and read.
class latency_histogram {
public:
  /// Upper ends of the buckets; one more has none.
  static constexpr std::array<std::chrono::microseconds, 11> bounds{
    std::chrono::microseconds{500},
    std::chrono::microseconds{1'000},
    std::chrono::microseconds{5'000},
    std::chrono::microseconds{10'000},
    std::chrono::microseconds{50'000},
    std::chrono::microseconds{100'000},
    std::chrono::microseconds{500'000},
    std::chrono::microseconds{1'000'000},
    std::chrono::microseconds{5'000'000},
    std::chrono::microseconds{10'000'000},
    std::chrono::microseconds{30'000'000},
  };

  void count(std::chrono::nanoseconds took) noexcept;

private:
  friend class metric_page;
  std::array<std::atomic<std::uint64_t>, bounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> nanoseconds_{0};
};

/// What one scrape is answered with, in Prometheus' text format. Metrics that
/// share a name are added one after another.
class metric_page {
public:
  using label = std::pair<std::string_view, std::string_view>;
  using labels = std::initializer_list<label>;

  metric_page();
  ~metric_page();
  metric_page(const metric_page&) = delete;
  metric_page& operator=(const metric_page&) = delete;

  /// Adds a value that goes up and down.
  /// @param name Base units: `_bytes`, `_seconds`.
  void gauge(std::string_view name, std::string_view help, double value,
             labels with = {});

  /// Adds a value that only grows. Its name ends in `_total`.
  void counter(std::string_view name, std::string_view help, double value,
               labels with = {});

  /// Adds a histogram. Its name ends in `_seconds`.
  void histogram(std::string_view name, std::string_view help,
                 const latency_histogram& value, labels with = {});

  /// Returns the page.
  std::string text() const;

  static constexpr auto content_type =
    "text/plain; version=0.0.4; charset=utf-8";

private:
  struct families;
  std::unique_ptr<families> families_;
};

/// Returns the CPU time of this process and of those that it started, user and
/// system: what codecs use is the service's.
std::uint64_t process_cpu_us();

/// Adds what every process has: memory, descriptors, CPU, age, build.
void add_process_metrics(metric_page& page);

/// Adds how many actors of each kind live.
void add_actor_metrics(metric_page& page);

} // namespace pixmill::telemetry
