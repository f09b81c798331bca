#include "persistence/store_writer.hpp"

#include <utility>

namespace pixmill::persistence {

store_writer::store_writer(object_store& store, std::size_t thread_count)
    : store_{store} {
  threads_.reserve(thread_count);
  for (std::size_t i = 0; i < thread_count; ++i)
    threads_.emplace_back([this] { work(); });
}

store_writer::~store_writer() {
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_)
    thread.join();
}

void store_writer::start(std::shared_ptr<const std::string> bytes,
                         image_format format, callback done) {
  {
    const std::lock_guard lock{mutex_};
    queue_.push_back({std::move(bytes), format, std::move(done)});
  }
  changed_.notify_one();
}

void store_writer::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (queue_.empty())
      return;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    const std::span bytes{
      reinterpret_cast<const std::uint8_t*>(next.bytes->data()),
      next.bytes->size()};
    next.done(store_.put(bytes, next.format));
    next = {};
    lock.lock();
  }
}

} // namespace pixmill::persistence
