#include "cli/progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "cli/terminal.hpp"

namespace pixmill::cli {
namespace {

constexpr auto window = std::chrono::seconds{5};

std::string fixed(double x, int digits) {
  std::array<char, 64> text{};
  const auto length =
    std::snprintf(text.data(), text.size(), "%.*f", digits, x);
  return {text.data(), static_cast<std::size_t>(std::max(length, 0))};
}

std::string bar(std::uint64_t settled, std::uint64_t total) {
  constexpr std::size_t width = 24;
  const auto full =
    total == 0
      ? width
      : static_cast<std::size_t>(std::min(settled, total) * width / total);
  return "[" + std::string(full, '#') + std::string(width - full, '.') + "]";
}

std::string saved(const job_counters& counters) {
  if (counters.bytes_in == 0)
    return "0 B";
  const auto kept = 100.0 * static_cast<double>(counters.bytes_out)
                    / static_cast<double>(counters.bytes_in);
  return human_bytes(counters.bytes_in) + " -> "
         + human_bytes(counters.bytes_out) + " (" + fixed(kept, 1) + " %)";
}

} // namespace

void rate_meter::note(clock::time_point now, std::uint64_t settled) {
  samples_.push_back({now, settled});
  while (samples_.size() > 2 && now - samples_[1].when > window)
    samples_.pop_front();
}

double rate_meter::per_second() const {
  if (samples_.size() < 2)
    return 0;
  const auto& first = samples_.front();
  const auto& last = samples_.back();
  const std::chrono::duration<double> span = last.when - first.when;
  // A retry takes outcomes back.
  return span.count() <= 0 || last.settled < first.settled
           ? 0
           : static_cast<double>(last.settled - first.settled) / span.count();
}

std::string progress_line(const job_counters& counters, std::uint64_t total,
                          double per_second) {
  const auto settled = counters.settled();
  auto out = bar(settled, total) + " " + std::to_string(settled) + "/"
             + std::to_string(total);
  if (per_second > 0)
    out += "  " + fixed(per_second, per_second < 10 ? 1 : 0) + " img/s";
  out += "  " + saved(counters);
  if (counters.failed > 0)
    out += "  " + std::to_string(counters.failed) + " failed";
  if (per_second > 0 && settled < total)
    out +=
      "  ETA " + human_time(static_cast<double>(total - settled) / per_second);
  return out;
}

std::string summary(const job_figures& job, std::optional<double> seconds) {
  const auto& counters = job.counters;
  auto out = printable(job.id) + " " + std::string{to_string(job.state)};
  if (!job.why.empty())
    out += " (" + printable(job.why) + ")";
  out += "\n";
  out += summary_line("images", size_of(job.totals));
  out += summary_line("compressed", std::to_string(counters.done));
  if (counters.kept_original > 0)
    out += summary_line("kept",
                        std::to_string(counters.kept_original)
                          + " as they were: nothing smaller was good enough");
  if (counters.skipped > 0)
    out += summary_line("skipped", std::to_string(counters.skipped));
  if (counters.canceled > 0)
    out += summary_line("canceled", std::to_string(counters.canceled));
  if (counters.failed > 0) {
    std::string codes;
    for (const auto& [word, count] : counters.failures)
      codes += (codes.empty() ? "" : ", ") + printable(word) + " "
               + std::to_string(count);
    out += summary_line("failed",
                        std::to_string(counters.failed) + " (" + codes + ")");
  }
  out += summary_line("bytes", saved(counters));
  if (seconds)
    out += summary_line("time", human_time(*seconds));
  return out;
}

std::string summary_line(std::string_view title, std::string_view text) {
  std::string out = "  ";
  out += title;
  out.append(12 - std::min<std::size_t>(title.size(), 11), ' ');
  out += text;
  out += '\n';
  return out;
}

std::string size_of(const job_totals& totals) {
  auto out = std::to_string(totals.slots);
  if (totals.rows > 0)
    out += " in " + std::to_string(totals.rows) + " rows";
  if (totals.unique > 0)
    out += ", " + std::to_string(totals.unique) + " different";
  return out;
}

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array units{"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  const int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fixed(value, digits) + " " + units[unit];
}

std::string human_time(double seconds) {
  const auto whole = static_cast<long>(std::lround(std::max(seconds, 0.0)));
  if (seconds < 10)
    return fixed(seconds, 1) + " s";
  if (whole < 60)
    return std::to_string(whole) + " s";
  if (whole < 3600)
    return std::to_string(whole / 60) + " min " + std::to_string(whole % 60)
           + " s";
  return std::to_string(whole / 3600) + " h "
         + std::to_string(whole % 3600 / 60) + " min";
}

} // namespace pixmill::cli
