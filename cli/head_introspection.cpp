#include "cli/head_introspection.hpp"

#include <algorithm>
#include <thread>

#include "persistence/journal_store.hpp"
#include "telemetry/actor_registry.hpp"
#include "telemetry/metrics.hpp"

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;

// How long a page of failures or deliveries may take.
constexpr auto page_time = 100ms;
// What the rates of the overview are over, as far as looks go back.
constexpr auto rate_window = 10s;
constexpr auto longest_look = 60s;

sheet_rules rules_of(const job_options& options) {
  sheet_rules rules;
  rules.columns = options.columns;
  rules.assume_https = options.assume_https;
  return rules;
}

} // namespace

head_introspection::head_introspection(actors::head& head,
                                       std::vector<http::setting_view> settings)
    : head_{head}, others_{head.others()}, traces_{others_},
      settings_{std::move(settings)}, failures_{head.journal()} {
  // So that the first look has rates, too, if it comes soon.
  looks_.emplace_back(clock::now(), so_far());
}

// -- the whole ----------------------------------------------------------------

rate_sample head_introspection::so_far() const {
  const auto totals = head_.journal().tally().totals();
  return {.began_s = unix_now() / 1'000,
          .covered_ms = 0,
          .images = totals.images,
          .bytes_in = totals.bytes_in,
          .bytes_out = totals.bytes_out,
          .failures = totals.failures,
          .cpu_us = telemetry::process_cpu_us()};
}

// The difference to the youngest look that is old enough, else the oldest;
// without any, what the journal recorded last.
rate_sample head_introspection::recent() {
  const auto now = clock::now();
  const auto sums = so_far();
  const std::lock_guard lock{mutex_};
  while (!looks_.empty() && looks_.front().first < now - longest_look)
    looks_.pop_front();
  const std::pair<clock::time_point, rate_sample>* base = nullptr;
  for (const auto& each : looks_)
    if (base == nullptr || each.first <= now - rate_window)
      base = &each;
  rate_sample out;
  if (base != nullptr && now > base->first) {
    const auto& before = base->second;
    out = {
      .began_s = before.began_s,
      .covered_ms = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now - base->first)
          .count()),
      .images = sums.images - before.images,
      .bytes_in = sums.bytes_in - before.bytes_in,
      .bytes_out = sums.bytes_out - before.bytes_out,
      .failures = sums.failures - before.failures,
      .cpu_us = sums.cpu_us - before.cpu_us};
  } else if (const auto past = head_.journal().history().read(
               sums.began_s - 20, sums.began_s, 1, sums.began_s);
             past && !past->steps.empty()) {
    out = past->steps.back();
  }
  if (looks_.empty() || now - looks_.back().first >= 900ms)
    looks_.emplace_back(now, sums);
  return out;
}

http::stage_load head_introspection::stages() {
  const auto load = head_.work();
  http::stage_load out{.downloading = load.fetch.active,
                       .downloads_waiting = load.fetch.queued,
                       .compressing = load.codec.busy,
                       .compressions_waiting = load.codec.queued,
                       .codec_processes = load.codec.processes,
                       .storing = 0,
                       .latched = head_.journal().tally().latched()};
  out.storing = telemetry::actor_registry::instance().count(
    telemetry::actor_kind::image, "storing");
  // Of a node that does not answer, nothing is known.
  for (const auto& other : others_.loads())
    if (const auto& x = other.answer) {
      out.downloading += x->downloading;
      out.downloads_waiting += x->downloads_waiting;
      out.compressing += x->compressing;
      out.compressions_waiting += x->compressions_waiting;
      out.codec_processes += x->codec_processes;
      out.storing += x->storing;
    }
  return out;
}

// Those that are there, this one included while it works.
std::size_t head_introspection::count_nodes() {
  const auto nodes = head_.nodes();
  if (!nodes)
    return 0;
  return static_cast<std::size_t>(
    std::count_if(nodes->begin(), nodes->end(), [](const auto& node) {
      return node.state != actors::node_state::lost;
    }));
}

http::head_overview head_introspection::overview() {
  const auto totals = head_.journal().tally().totals();
  return {.recent = recent(),
          .images = totals.images,
          .failures = totals.failures,
          .bytes_in = totals.bytes_in,
          .bytes_out = totals.bytes_out,
          .since = since_,
          .stages = stages(),
          .node_count = count_nodes(),
          .cores = std::max(1u, std::thread::hardware_concurrency())};
}

std::vector<actors::origin_status> head_introspection::origin_budgets() {
  auto known = head_.origin_budgets();
  if (!known)
    return {};
  std::sort(known->begin(), known->end(),
            [](const auto& a, const auto& b) { return a.origin < b.origin; });
  return std::move(*known);
}

// -- the past -----------------------------------------------------------------

caf::expected<std::vector<failure_group>>
head_introspection::failures(const std::string& job) {
  const auto until = clock::now() + page_time;
  auto records = head_.journal().jobs();
  if (!records)
    return std::move(records.error());
  std::vector<failure_group> out;
  // Newest first: those are counted while there is time.
  for (auto record = records->rbegin(); record != records->rend(); ++record) {
    if (!job.empty() && record->id != job)
      continue;
    auto counters = head_.journal().counters(record->id);
    if (!counters)
      return std::move(counters.error());
    settle_rest(*record, *counters);
    const auto counted = failures_.count(*record, *counters,
                                         rules_of(record->options), until, out);
    if (!counted)
      return counted.error();
  }
  return out;
}

caf::expected<http::rate_stretch>
head_introspection::history(std::int64_t from_s, std::int64_t to_s,
                            std::size_t points) {
  auto found =
    head_.journal().history().read(from_s, to_s, points, unix_now() / 1'000);
  if (!found)
    return std::move(found.error());
  return http::rate_stretch{.step_s = found->step_s,
                            .steps = std::move(found->steps)};
}

caf::expected<caf::unit_t> head_introspection::audit(audit_entry entry) {
  return head_.audit(std::move(entry));
}

caf::expected<std::vector<audit_entry>>
head_introspection::audited(const std::string& before, std::size_t limit) {
  return head_.journal().audit().page(before, limit);
}

caf::expected<std::vector<delivery>>
head_introspection::deliveries(const std::string& before,
                               std::optional<delivery_state> state,
                               std::size_t limit, std::string& next) {
  auto page = head_.journal().events().newest(before, state, limit, page_time);
  if (!page)
    return std::move(page.error());
  next = std::move(page->next);
  return std::move(page->events);
}

} // namespace pixmill::cli
