#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <caf/expected.hpp>

#include "persistence/object_sink.hpp"
#include "persistence/object_store.hpp"

namespace pixmill::persistence {

/// Returns whether an image that could not be stored for this reason can wait:
/// a disk that is full, a store that does not answer. The operator mends that.
bool can_wait(const caf::error& reason);

/// An object store behind a few threads of its own, because a synced write
/// blocks for milliseconds. The queue is bounded by the credit of its users.
/// That images wait is logged, now and again for as long as it lasts.
class store_writer final : public object_sink {
public:
  store_writer(object_store& store, std::size_t thread_count);
  /// Interrupts the store, finishes what is queued, then ends the threads.
  ~store_writer() override;
  store_writer(const store_writer&) = delete;
  store_writer& operator=(const store_writer&) = delete;

  void start(store_order order, callback done) override;

private:
  using clock = std::chrono::steady_clock;

  struct entry {
    store_order order;
    callback done;
  };

  void work();
  void note_waiting(const caf::error& reason);

  object_store& store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<entry> queue_;
  bool closing_ = false;
  std::atomic<clock::rep> quiet_until_{clock::duration::min().count()};
  std::vector<std::thread> threads_;
};

} // namespace pixmill::persistence
