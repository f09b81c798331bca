#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "net/downloader.hpp"
#include "net/memory_budget.hpp"

namespace pixmill::net {

/// Reads local files as if they had been downloaded, one at a time on a thread
/// of its own: with `pixmill run`, a sheet may name files.
///
/// Failures: `url_invalid` for what is missing, unreadable or no regular file,
/// `too_large`, `empty_body`, and `truncated` when reading fails half-way.
class local_files final : public fetcher {
public:
  /// @param max_bytes Largest file.
  local_files(std::uint64_t max_bytes, std::shared_ptr<memory_budget> budget);
  ~local_files() override;

  /// @param order Its `url` is any path; symbolic links are followed. Flows do
  ///              not count: a file is there at once.
  ticket start(fetch_order order, callback done) override;
  void cancel(ticket which) override;

private:
  struct request {
    ticket id;
    std::string path;
    callback done;
    bool canceled = false;
  };

  void run();
  download read(const std::string& path);
  bool charge(std::uint64_t bytes);

  const std::uint64_t max_bytes_;
  const std::shared_ptr<memory_budget> budget_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<request> waiting_;   // guarded by mutex_
  ticket last_ticket_ = 0;        // guarded by mutex_
  ticket current_ = 0;            // guarded by mutex_
  bool current_canceled_ = false; // guarded by mutex_
  bool stopping_ = false;         // guarded by mutex_
  bool released_ = false;         // guarded by mutex_
  std::atomic<bool> starving_{false};
  std::unique_ptr<memory_budget::subscription> on_release_;
  std::thread thread_;
};

} // namespace pixmill::net
