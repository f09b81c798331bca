#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
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
  /// Where files are; null: files are nobody's business.
  persistence::object_store* objects = nullptr; ///< Outlives the actor.
  /// Runs what it is given if files may be removed now; says whether. An error
  /// says that it cannot be found out now.
  std::function<caf::expected<bool>(const std::function<void()>&)> if_removable;
  std::function<unix_ms()> now = unix_now;
};

/// What the JOURNAL does between its messages: it purges erased jobs, erases
/// those that have been kept for long enough, and looks for files that a crash
/// has left without an outcome. All of it in slices of a few milliseconds.
class housekeeping {
public:
  using milliseconds = std::chrono::milliseconds;

  /// @param store Outlives it.
  housekeeping(persistence::journal_store& store, retention rules);

  /// Takes over a job that was erased.
  void add(std::string job);

  /// Does one slice of work.
  /// @returns How long to leave the thread to others before the next.
  milliseconds work();

private:
  milliseconds purge();
  milliseconds sweep();
  milliseconds expire();
  void resume();
  bool remove(std::string_view sha256, image_format format);
  caf::expected<bool> with_files(const std::function<void()>& act);

  persistence::journal_store& store_;
  retention rules_;
  bool resumed_ = false;
  bool told_ = false; ///< That files stay, in the log.
  std::deque<persistence::purge_progress> purges_;
  std::size_t purged_jobs_ = 0;
  std::size_t shard_ = 0; ///< The next one to be swept.
  std::vector<persistence::stored_object> found_;
  std::size_t swept_files_ = 0;
  unix_ms next_expiry_ = 0;
};

} // namespace pixmill::actors
