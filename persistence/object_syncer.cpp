#include "persistence/object_syncer.hpp"

#include <utility>

namespace pixmill::persistence {

object_syncer::object_syncer(std::function<caf::expected<caf::unit_t>()> sync)
    : sync_{std::move(sync)}, thread_{[this] { work(); }} {}

object_syncer::~object_syncer() {
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void object_syncer::start(callback done) {
  {
    const std::lock_guard lock{mutex_};
    queue_.push_back(std::move(done));
  }
  changed_.notify_one();
}

void object_syncer::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (queue_.empty())
      return;
    const auto done = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    const auto synced = sync_();
    done(synced ? caf::error{} : synced.error());
    lock.lock();
  }
}

} // namespace pixmill::persistence
