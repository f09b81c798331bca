#include "telemetry/log_queue.hpp"

#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/sink.h>

namespace pixmill::telemetry {
namespace {

// Some seconds of a busy server's lines, 2 MB.
constexpr std::size_t most_waiting = 4'096;

/// While it lives, threads begin with all signals blocked, and keep it so.
/// The log begins before anybody holds a signal: one that comes while the
/// thread that waits for it does not would be this thread's, and end the
/// process.
class without_signals {
public:
  without_signals() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~without_signals() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  without_signals(const without_signals&) = delete;
  without_signals& operator=(const without_signals&) = delete;

private:
  sigset_t before_{};
};

// What `drain` recognizes its own message by; it is written nowhere.
constexpr const char* mark_name = "pixmill-drain";

} // namespace

// Runs on the queue's thread.
class log_queue::writer final : public spdlog::sinks::sink {
public:
  explicit writer(spdlog::sink_ptr to) : to_{std::move(to)} {}

  void log(const spdlog::details::log_msg& line) override {
    if (line.logger_name == mark_name)
      return arrived();
    report_drops();
    to_->log(line);
    if (pool->queue_size() == 0)
      to_->flush();
  }

  void flush() override {
    to_->flush();
  }

  void set_pattern(const std::string& pattern) override {
    to_->set_pattern(pattern);
  }

  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
    to_->set_formatter(std::move(formatter));
  }

  bool wait_for(std::uint64_t mark, std::chrono::milliseconds longest) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, longest, [&] { return seen_ >= mark; });
  }

  spdlog::details::thread_pool* pool = nullptr; ///< Once there is one.

private:
  void arrived() {
    to_->flush();
    {
      const std::lock_guard lock{mutex_};
      ++seen_;
    }
    changed_.notify_all();
  }

  void report_drops() {
    const auto dropped = pool->overrun_counter();
    if (dropped == reported_)
      return;
    const auto text = "dropped " + std::to_string(dropped - reported_)
                      + " lines that the log could not take in time";
    reported_ = dropped;
    to_->log(spdlog::details::log_msg{"pixmill", spdlog::level::warn, text});
  }

  spdlog::sink_ptr to_;
  std::size_t reported_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t seen_ = 0;
};

struct log_queue::parts {
  std::shared_ptr<writer> out;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> lines;
  std::shared_ptr<spdlog::async_logger> marks;
  std::mutex draining;
  std::uint64_t last_mark = 0;
};

log_queue::log_queue(spdlog::sink_ptr sink)
    : parts_{std::make_unique<parts>()} {
  constexpr auto drop_oldest = spdlog::async_overflow_policy::overrun_oldest;
  parts_->out = std::make_shared<writer>(std::move(sink));
  const without_signals here;
  parts_->pool =
    std::make_shared<spdlog::details::thread_pool>(most_waiting, 1u);
  parts_->out->pool = parts_->pool.get();
  parts_->lines = std::make_shared<spdlog::async_logger>(
    "pixmill", parts_->out, parts_->pool, drop_oldest);
  parts_->marks = std::make_shared<spdlog::async_logger>(
    mark_name, parts_->out, parts_->pool, drop_oldest);
}

log_queue::~log_queue() = default;

spdlog::logger& log_queue::logger() noexcept {
  return *parts_->lines;
}

bool log_queue::drain(std::chrono::milliseconds longest) {
  const std::lock_guard one_at_a_time{parts_->draining};
  parts_->marks->info("");
  return parts_->out->wait_for(++parts_->last_mark, longest);
}

} // namespace pixmill::telemetry
