#include "persistence/failure_census.hpp"

#include <algorithm>
#include <cstdlib>

#include "persistence/item_query.hpp"

namespace pixmill::persistence {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::size_t page_size = 500;
// A job that runs is counted anew when it is worth it: not sooner than this,
// nor than this many times what it took.
constexpr auto least_rest = 2s;
constexpr int rest_factor = 20;

// Whether trying again may help against a failure of this word.
bool is_transient(const std::string& word) {
  failure why{.code = errc_from(word), .http_status = 0, .detail = {}};
  if (word.starts_with("http_")) {
    why.code = errc::http_status;
    why.http_status =
      static_cast<std::uint16_t>(std::strtoul(word.c_str() + 5, nullptr, 10));
  }
  return why.transient();
}

} // namespace

failure_census::entry& failure_census::entry_of(const job_record& job,
                                                const job_counters& counters) {
  auto found =
    std::find_if(entries_.begin(), entries_.end(),
                 [&](const entry& each) { return each.job == job.id; });
  if (found == entries_.end()) {
    if (entries_.size() >= most_jobs)
      entries_.pop_back();
    entries_.emplace_front();
  } else {
    entries_.splice(entries_.begin(), entries_, found);
  }
  auto& which = entries_.front();
  const auto now = clock::now();
  const bool is_new = which.job != job.id || which.attempt != job.attempt;
  const bool has_changed =
    !which.next && which.failed != counters.failed
    && now >= which.ended
                + std::max<clock::duration>(
                  least_rest, rest_factor * (which.ended - which.began));
  if (is_new) {
    which = {};
    which.job = job.id;
    which.attempt = job.attempt;
  } else if (has_changed) {
    which.next = slot_id{1, 0};
    which.counted.clear();
  }
  if (is_new || has_changed) {
    which.failed = counters.failed;
    which.began = now;
  }
  return which;
}

void failure_census::add(groups& to, const std::string& job, const item& x) {
  auto& group = to[{x.result.why.word(), std::string{host_of(x.url)}}];
  if (group.count++ > 0)
    return;
  group.job = job;
  group.code = x.result.why.word();
  group.host = host_of(x.url);
  group.transient = x.result.why.transient();
  group.slot = x.slot;
  group.url = x.url;
  group.detail = x.result.why.detail;
}

caf::expected<caf::unit_t> failure_census::go_on(entry& which,
                                                 const job_record& job,
                                                 const sheet_rules& rules,
                                                 clock::time_point until) {
  const item_filter filter{
    .states = {item_state::failed}, .codes = {}, .hosts = {}};
  while (which.next) {
    const auto left =
      std::chrono::duration_cast<milliseconds>(until - clock::now());
    if (left <= 0ms)
      return caf::unit;
    auto page =
      read_items(journal_, job, rules, filter, {},
                 {.first = *which.next, .limit = page_size, .time = left});
    if (!page)
      return std::move(page.error());
    for (const auto& each : page->items)
      if (each.result.state == item_state::failed)
        add(which.counted, job.id, each);
    which.next = page->next;
  }
  if (which.ended < which.began) {
    which.ended = clock::now();
    which.whole = std::move(which.counted);
    which.counted.clear();
    which.has_whole = true;
  }
  return caf::unit;
}

void failure_census::tell(const entry& which, const job_record& job,
                          const job_counters& counters,
                          std::vector<failure_group>& out) {
  auto left = counters.failures;
  for (const auto& [key, group] :
       which.has_whole ? which.whole : which.counted) {
    auto& rest = left[group.code];
    // A retry may have taken some of them back.
    const auto count = std::min(group.count, rest);
    if (count == 0)
      continue;
    rest -= count;
    out.push_back(group);
    out.back().count = count;
    out.back().last_at = job.finished_at;
  }
  for (const auto& [code, count] : left)
    if (count > 0)
      out.push_back({.job = job.id,
                     .code = code,
                     .host = {},
                     .count = count,
                     .transient = is_transient(code),
                     .slot = {},
                     .url = {},
                     .detail = {},
                     .last_at = job.finished_at});
}

caf::expected<caf::unit_t>
failure_census::count(const job_record& job, const job_counters& counters,
                      const sheet_rules& rules, clock::time_point until,
                      std::vector<failure_group>& out) {
  if (counters.failed == 0)
    return caf::unit;
  const std::lock_guard lock{mutex_};
  auto& which = entry_of(job, counters);
  if (auto gone_on = go_on(which, job, rules, until); !gone_on)
    return gone_on;
  tell(which, job, counters, out);
  return caf::unit;
}

} // namespace pixmill::persistence
