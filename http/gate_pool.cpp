#include "http/gate_pool.hpp"

#include <utility>

namespace pixmill::http {

worker_pool::worker_pool(std::size_t max_threads, std::size_t queue_limit,
                         work_function work)
    : max_threads_{max_threads}, queue_limit_{queue_limit}, work_{std::move(
                                                              work)} {}

worker_pool::~worker_pool() {
  stop();
}

bool worker_pool::try_submit(connection& whose) {
  {
    const std::lock_guard lock{mutex_};
    const auto present = busy_ + queue_.size();
    if (stopping_ || present >= max_threads_ + queue_limit_)
      return false;
    queue_.push_back(&whose);
    if (present >= threads_.size() && threads_.size() < max_threads_)
      threads_.emplace_back([this] { run(); });
  }
  changed_.notify_one();
  return true;
}

void worker_pool::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_)
      return;
    auto& whose = *queue_.front();
    queue_.pop_front();
    ++busy_;
    lock.unlock();
    work_(whose);
    lock.lock();
    --busy_;
  }
}

void worker_pool::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    queue_.clear();
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (auto& thread : threads)
    thread.join();
}

} // namespace pixmill::http
