#include "actors/housekeeping.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "model/errc.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {
namespace {

using clock = housekeeping::clock;
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
// While other threads work.
constexpr milliseconds poll_pause{20};
// A slice ends by then, so that whoever enters the store knows how long to
// wait.
constexpr std::chrono::seconds time_to_remove{10};

// Half of the time is the others'.
milliseconds pause_after(clock::time_point begun) {
  return std::max(milliseconds{1},
                  duration_cast<milliseconds>(clock::now() - begun));
}

} // namespace

housekeeping::housekeeping(persistence::journal_store& store, retention rules)
    : store_{store}, rules_{std::move(rules)} {
  sweep_from_ = clock::now() + rules_.sweep_after;
  if (!rules_.sweep || rules_.objects == nullptr)
    shard_ = persistence::object_store::shard_count;
}

void housekeeping::add(std::string job) {
  purges_.push_back({.job = std::move(job), .next = {}});
}

milliseconds housekeeping::work() {
  if (!std::exchange(resumed_, true))
    resume();
  if (under_way_.valid())
    return settle();
  if (!purges_.empty())
    return purge();
  if (shard_ < persistence::object_store::shard_count
      && clock::now() >= sweep_from_)
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

// -- removing files -----------------------------------------------------------

// Starts what may take long, and goes on with `then`.
milliseconds
housekeeping::begin(std::function<removal()> work,
                    milliseconds (housekeeping::*then)(const removal&)) {
  begun_ = clock::now();
  then_ = then;
  const auto how =
    rules_.removers > 0 ? std::launch::async : std::launch::deferred;
  under_way_ = std::async(how, std::move(work));
  return settle();
}

milliseconds housekeeping::settle() {
  if (under_way_.wait_for(milliseconds{0}) == std::future_status::timeout)
    return poll_pause;
  const auto done = under_way_.get();
  if (done.complete)
    return (this->*then_)(done);
  // Nobody waits for it any more when the store is interrupted.
  if (code_of(done.why, errc::store) != errc::interrupted)
    telemetry::log(log_level::warning,
                   "files are removed later: " + context_of(done.why));
  return trouble_pause;
}

void housekeeping::remove_some(
  const std::vector<persistence::named_file>& files, const std::string& but_for,
  std::atomic<std::size_t>& next, removal& out) const {
  const auto give_up = clock::now() + time_to_remove;
  for (auto i = next++; i < files.size(); i = next++) {
    const auto& [sha256, format] = files[i];
    const auto unused = [&, &content = sha256] {
      const auto named = store_.purge().is_named(content, but_for);
      return named && !*named;
    };
    const auto gone = rules_.objects->remove_if(sha256, format, unused);
    if (gone) {
      out.removed += *gone;
    } else if (const auto code = code_of(gone.error(), errc::store);
               code == errc::store_unavailable || code == errc::interrupted) {
      out.complete = false;
      out.why = gone.error();
      return;
    } else {
      telemetry::log(log_level::error, context_of(gone.error()));
    }
    if (clock::now() > give_up && next < files.size()) {
      out.complete = false;
      out.why = make_error(errc::store_unavailable, "the store is slow");
      return;
    }
  }
}

// Removes files that no outcome names, but those of one job.
housekeeping::removal
housekeeping::remove_all(std::vector<persistence::named_file> files,
                         const std::string& but_for) const {
  removal out;
  if (files.empty())
    return out;
  const auto act = [&] {
    std::atomic<std::size_t> next = 0;
    std::vector<removal> parts(std::max<std::size_t>(1, rules_.removers));
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < parts.size(); ++i)
      others.emplace_back(
        [&, &part = parts[i]] { remove_some(files, but_for, next, part); });
    remove_some(files, but_for, next, parts.front());
    for (auto& other : others)
      other.join();
    for (auto& part : parts) {
      out.removed += part.removed;
      if (!part.complete) {
        out.complete = false;
        out.why = std::move(part.why);
      }
    }
  };
  const auto permitted =
    rules_.if_removable ? rules_.if_removable(act) : (act(), true);
  if (permitted) {
    out.permitted = *permitted;
  } else {
    out.complete = false;
    out.why = permitted.error();
  }
  return out;
}

void housekeeping::tell_of_others() {
  if (!std::exchange(told_, true))
    telemetry::log(log_level::warning,
                   "files of erased jobs stay: another journal uses the same "
                   "images, see .pixmill-owners in their folder or owners/ in "
                   "their bucket");
}

// -- purges -------------------------------------------------------------------

milliseconds housekeeping::purge() {
  auto found = store_.purge().look(purges_.front(), slice);
  if (!found) {
    telemetry::log(log_level::error,
                   "purge waits: " + context_of(found.error()),
                   {{"job", purges_.front().job}});
    return trouble_pause;
  }
  slice_ = std::move(*found);
  return begin(
    [this, job = slice_->after.job,
     files = std::vector(slice_->files.begin(), slice_->files.end())] {
      return rules_.objects == nullptr ? removal{} : remove_all(files, job);
    },
    &housekeeping::purged);
}

// First the files, then what leads to them: what a crash interrupts is done
// again.
milliseconds housekeeping::purged(const removal& done) {
  if (!done.permitted)
    tell_of_others();
  const auto& job = slice_->after.job;
  if (const auto forgotten = store_.purge().forget(*slice_); !forgotten) {
    telemetry::log(log_level::error,
                   "purge waits: " + context_of(forgotten.error()),
                   {{"job", job}});
    return trouble_pause;
  }
  if (slice_->more) {
    purges_.front() = slice_->after;
  } else {
    telemetry::log(log_level::info, "job purged", {{"job", job}});
    purges_.pop_front();
    if (++purged_jobs_ % prune_after == 0)
      static_cast<void>(store_.purge().prune_tombstones(rules_.now()));
  }
  return pause_after(begun_);
}

milliseconds housekeeping::sweep() {
  return begin(
    [this] {
      if (found_.empty()) {
        auto listed = rules_.objects->list(shard_);
        if (!listed)
          return removal{.complete = false, .why = std::move(listed.error())};
        for (auto& each : *listed)
          found_.emplace_back(std::move(each.sha256), each.format);
      }
      const auto from =
        found_.end()
        - static_cast<std::ptrdiff_t>(std::min(slice, found_.size()));
      return remove_all({from, found_.end()}, {});
    },
    &housekeeping::swept);
}

milliseconds housekeeping::swept(const removal& done) {
  swept_files_ += done.removed;
  found_.resize(found_.size() - std::min(slice, found_.size()));
  if (found_.empty())
    ++shard_;
  if (!done.permitted) {
    tell_of_others();
    found_.clear();
    shard_ = persistence::object_store::shard_count;
  }
  if (shard_ == persistence::object_store::shard_count && swept_files_ > 0)
    telemetry::log(log_level::info, "removed files that no outcome names",
                   {{"files", swept_files_}});
  return pause_after(begun_);
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

} // namespace pixmill::actors
