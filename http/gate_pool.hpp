#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pixmill::http {

struct connection;

/// Threads that answer requests, made when they are first needed, and a queue
/// of bounded length before them.
class worker_pool {
public:
  using work_function = std::function<void(connection&)>;

  worker_pool(std::size_t max_threads, std::size_t queue_limit,
              work_function work);
  ~worker_pool();
  worker_pool(const worker_pool&) = delete;
  worker_pool& operator=(const worker_pool&) = delete;

  /// Hands `whose` to a worker, now or later.
  /// @returns False when as many wait as may.
  bool try_submit(connection& whose);

  /// Drops what waits, and returns when no worker runs any more.
  void stop();

private:
  void run();

  const std::size_t max_threads_;
  const std::size_t queue_limit_;
  const work_function work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<connection*> queue_;
  std::vector<std::thread> threads_;
  std::size_t busy_ = 0;
  bool stopping_ = false;
};

} // namespace pixmill::http
