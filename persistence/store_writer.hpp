#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <caf/expected.hpp>

#include "persistence/object_store.hpp"

namespace pixmill::persistence {

/// Stores images somewhere else than on the caller's thread: what an IMAGE
/// actor needs of the object store.
class object_sink {
public:
  using callback = std::function<void(caf::expected<std::string>)>;

  virtual ~object_sink() = default;

  /// Queues one object and returns at once.
  /// @param bytes Kept alive until `done` has been called.
  /// @param done Gets the object's key or why there is none; called exactly
  ///             once, on a thread of the sink's; must not block.
  virtual void start(std::shared_ptr<const std::string> bytes,
                     image_format format, callback done) = 0;
};

/// An object store behind a few threads of its own, because a synced write
/// blocks for milliseconds. The queue is bounded by the credit of its users.
/// A full disk is logged, now and again for as long as it lasts.
class store_writer final : public object_sink {
public:
  store_writer(object_store& store, std::size_t thread_count);
  /// Finishes what is queued, then ends the threads.
  ~store_writer() override;
  store_writer(const store_writer&) = delete;
  store_writer& operator=(const store_writer&) = delete;

  void start(std::shared_ptr<const std::string> bytes, image_format format,
             callback done) override;

private:
  using clock = std::chrono::steady_clock;

  struct order {
    std::shared_ptr<const std::string> bytes;
    image_format format;
    callback done;
  };

  void work();
  void note_full_disk(const caf::error& reason);

  object_store& store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<order> queue_;
  bool closing_ = false;
  std::atomic<clock::rep> quiet_until_{clock::duration::min().count()};
  std::vector<std::thread> threads_;
};

} // namespace pixmill::persistence
