#include "actors/housekeeping.hpp"

#include <algorithm>
#include <utility>

#include "model/errc.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using telemetry::log_level;

// Outcomes or files in one slice: a few milliseconds, most of them for the one
// sync.
constexpr std::size_t slice = 256;
constexpr std::size_t expiries_a_slice = 16;
// Tombstones are counted after so many purges.
constexpr std::size_t prune_after = 64;
// Also when nothing is to be done: a longer wait would hold up the end of the
// process.
constexpr milliseconds idle_pause{1'000};
constexpr milliseconds trouble_pause{10'000};

// Half of the time is the others'.
milliseconds pause_after(clock::time_point begun) {
  return std::max(milliseconds{1},
                  duration_cast<milliseconds>(clock::now() - begun));
}

} // namespace

housekeeping::housekeeping(persistence::journal_store& store, retention rules)
    : store_{store}, rules_{std::move(rules)} {
  if (!rules_.sweep || rules_.objects == nullptr)
    shard_ = persistence::object_store::shard_count;
}

void housekeeping::add(std::string job) {
  purges_.push_back({.job = std::move(job), .next = {}});
}

milliseconds housekeeping::work() {
  if (!std::exchange(resumed_, true))
    resume();
  if (!purges_.empty())
    return purge();
  if (shard_ < persistence::object_store::shard_count || !found_.empty())
    return sweep();
  if (rules_.keep.count() > 0 && rules_.now() >= next_expiry_)
    return expire();
  return idle_pause;
}

// What an earlier life has begun.
void housekeeping::resume() {
  static_cast<void>(store_.purge().prune_tombstones(rules_.now()));
  auto jobs = store_.purge().pending();
  if (!jobs)
    return telemetry::log(log_level::error,
                          "purges not resumed: " + context_of(jobs.error()));
  for (auto& job : *jobs)
    if (std::none_of(purges_.begin(), purges_.end(),
                     [&](const auto& x) { return x.job == job; }))
      add(std::move(job));
}

milliseconds housekeeping::purge() {
  const auto begun = clock::now();
  auto& first = purges_.front();
  caf::expected<bool> more{false};
  const auto step = [&](const persistence::journal_purge::remover& remover) {
    more = store_.purge().step(first, slice, remover);
  };
  const auto removable = with_files([&] {
    step([this](auto sha256, auto format) { return remove(sha256, format); });
  });
  if (!removable)
    more = removable.error();
  else if (!*removable)
    step([](auto, auto) { return false; });
  if (!more) {
    telemetry::log(log_level::error, "purge waits: " + context_of(more.error()),
                   {{"job", first.job}});
    return trouble_pause;
  }
  if (!*more) {
    telemetry::log(log_level::info, "job purged", {{"job", first.job}});
    purges_.pop_front();
    if (++purged_jobs_ % prune_after == 0)
      static_cast<void>(store_.purge().prune_tombstones(rules_.now()));
  }
  return pause_after(begun);
}

milliseconds housekeeping::sweep() {
  const auto begun = clock::now();
  if (found_.empty()) {
    if (auto listed = rules_.objects->list(shard_++))
      found_ = std::move(*listed);
    else
      telemetry::log(log_level::error, context_of(listed.error()));
  }
  const auto look = [this] {
    for (std::size_t i = 0; i < slice && !found_.empty(); ++i) {
      const auto file = std::move(found_.back());
      found_.pop_back();
      const auto named = store_.purge().is_named(file.sha256);
      if (named && !*named && remove(file.sha256, file.format))
        ++swept_files_;
    }
  };
  const auto looked = with_files(look);
  if (!looked)
    return trouble_pause;
  if (!*looked) {
    found_.clear();
    shard_ = persistence::object_store::shard_count;
  }
  if (shard_ == persistence::object_store::shard_count && found_.empty()
      && swept_files_ > 0)
    telemetry::log(log_level::info, "removed files that no outcome names",
                   {{"files", swept_files_}});
  return pause_after(begun);
}

milliseconds housekeeping::expire() {
  const auto begun = clock::now();
  const auto now = rules_.now();
  auto jobs = store_.jobs();
  if (!jobs) {
    telemetry::log(log_level::error, "cannot look for jobs to expire: "
                                       + context_of(jobs.error()));
    return trouble_pause;
  }
  // Whatever settles from now on is kept until then at least.
  next_expiry_ = now + rules_.keep.count();
  std::size_t erased = 0;
  for (const auto& job : *jobs) {
    if (!is_terminal(job.state))
      continue;
    const auto due = job.finished_at + rules_.keep.count();
    if (due > now || erased == expiries_a_slice) {
      next_expiry_ = std::min(next_expiry_, std::max(due, now));
      continue;
    }
    ++erased;
    if (const auto done = store_.erase_job(job.id); !done) {
      telemetry::log(log_level::error,
                     "job not expired: " + context_of(done.error()),
                     {{"job", job.id}});
      return trouble_pause;
    }
    telemetry::log(log_level::info, "job expired", {{"job", job.id}});
    add(job.id);
  }
  return pause_after(begun);
}

bool housekeeping::remove(std::string_view sha256, image_format format) {
  const auto gone = rules_.objects->remove(sha256, format);
  if (!gone)
    telemetry::log(log_level::error, context_of(gone.error()));
  return gone && *gone;
}

// Runs `act` if it may remove files.
caf::expected<bool> housekeeping::with_files(const std::function<void()>& act) {
  if (rules_.objects == nullptr)
    return false;
  if (!rules_.if_removable) {
    act();
    return true;
  }
  const auto done = rules_.if_removable(act);
  if (done && !*done && !std::exchange(told_, true))
    telemetry::log(log_level::warning,
                   "files of erased jobs stay: another journal uses the same "
                   "images, see .pixmill-owners in their folder or owners/ in "
                   "their bucket");
  return done;
}

} // namespace pixmill::actors
