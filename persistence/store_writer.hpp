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
  /// Whose outcomes name what is stored.
  enum class owner : std::uint8_t {
    here,  ///< This process's; it syncs the store before it records them.
    there, ///< Another's: what is answered is durable, and nothing is spared.
  };

  store_writer(object_store& store, std::size_t thread_count,
               owner owned = owner::here);
  /// Interrupts the store, finishes what is queued, then ends the threads.
  ~store_writer() override;
  store_writer(const store_writer&) = delete;
  store_writer& operator=(const store_writer&) = delete;

  void start(store_order order, callback done) override;
  void assure(std::string sha256, image_format format, callback done) override;

private:
  using clock = std::chrono::steady_clock;

  struct entry {
    std::string sha256; ///< Only to be looked for; empty: to be stored.
    store_order order;
    callback done;
  };

  void queue(entry next);
  caf::expected<stored_key> store(const store_order& order);
  caf::expected<stored_key> look_for(const entry& what);
  void work();
  void note_waiting(const caf::error& reason);

  object_store& store_;
  const owner owner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<entry> queue_;
  bool closing_ = false;
  std::atomic<clock::rep> quiet_until_{clock::duration::min().count()};
  std::vector<std::thread> threads_;
};

} // namespace pixmill::persistence
