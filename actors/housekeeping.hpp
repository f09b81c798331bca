#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "model/job.hpp"
#include "persistence/journal_store.hpp"
#include "persistence/object_store.hpp"

namespace pixmill::actors {

/// How long settled jobs are kept.
struct retention {
  /// From a job's end to its erasure; zero: for ever.
  std::chrono::milliseconds keep{0};
  /// Whether files that no outcome names are looked for once.
  bool sweep = false;
  /// How long they are left alone at first: other nodes may have stored some
  /// past an earlier life of the head, and hand them in.
  std::chrono::milliseconds sweep_after{0};
  /// Where files are; null: files are nobody's business.
  persistence::object_store* objects = nullptr; ///< Outlives the actor.
  /// Threads that remove files beside the JOURNAL's; 0: it does so itself,
  /// which is for files that are gone in no time.
  std::size_t removers = 0;
  /// Runs what it is given if files may be removed now; says whether. An error
  /// says that it cannot be found out now.
  std::function<caf::expected<bool>(const std::function<void()>&)> if_removable;
  std::function<unix_ms()> now = unix_now;
};

/// What the JOURNAL does between its messages: it purges erased jobs, erases
/// those that have been kept for long enough, and looks for files that a crash
/// has left without an outcome. All of it in slices of a few milliseconds.
///
/// Where removing a file is a request to another machine, other threads make
/// it. A file that is named, or about to be, by the time it would go stays:
/// that is asked while nobody can put the same.
class housekeeping {
public:
  using milliseconds = std::chrono::milliseconds;
  using clock = std::chrono::steady_clock;

  /// @param store Outlives it.
  housekeeping(persistence::journal_store& store, retention rules);

  /// Takes over a job that was erased.
  void add(std::string job);

  /// Does one slice of work.
  /// @returns How long to leave the thread to others before the next.
  milliseconds work();

private:
  /// What came of the files of a slice.
  struct removal {
    bool complete = true; ///< Each is gone, or stays for good.
    bool permitted = true;
    std::size_t removed = 0;
    caf::error why{}; ///< If it is not complete.
  };

  milliseconds purge();
  milliseconds purged(const removal& done);
  milliseconds sweep();
  milliseconds swept(const removal& done);
  milliseconds expire();
  void resume();
  milliseconds begin(std::function<removal()> work,
                     milliseconds (housekeeping::*then)(const removal&));
  milliseconds settle();
  removal remove_all(std::vector<persistence::named_file> files,
                     const std::string& but_for) const;
  void remove_some(const std::vector<persistence::named_file>& files,
                   const std::string& but_for, std::atomic<std::size_t>& next,
                   removal& out) const;
  void tell_of_others();

  persistence::journal_store& store_;
  retention rules_;
  bool resumed_ = false;
  bool told_ = false; ///< That files stay, in the log.
  std::deque<persistence::purge_progress> purges_;
  std::optional<persistence::purge_slice> slice_; ///< Of the first of them.
  std::size_t purged_jobs_ = 0;
  std::size_t shard_ = 0; ///< The next one to be swept.
  clock::time_point sweep_from_;
  std::vector<persistence::named_file> found_;
  std::size_t swept_files_ = 0;
  clock::time_point begun_; ///< The slice under way.
  milliseconds (housekeeping::*then_)(const removal&) = nullptr;
  // Last: its end waits for what is under way, which uses the rest.
  std::future<removal> under_way_;
  unix_ms next_expiry_ = 0;
};

} // namespace pixmill::actors
