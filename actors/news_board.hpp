#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace pixmill::actors {

/// Tells threads outside of the actor system that a job has changed, so that
/// those who wait for it sleep until then. A job that nobody follows costs its
/// actor one look into a map.
/// @note Thread-safe.
class news_board {
public:
  class follower;

  /// Says that what `head::status` answers of a job has changed.
  void post(std::string_view job);

private:
  struct topic {
    std::uint64_t news = 0;
    std::uint32_t followers = 0;
    std::condition_variable changed;
  };

  topic& follow(const std::string& job);

  std::mutex mutex_;
  std::map<std::string, topic, std::less<>> topics_; ///< Those followed.
};

/// Follows one job for as long as it lives: no news between two waits is lost.
/// @note One thread at a time.
class news_board::follower {
public:
  /// @param board Outlives it.
  follower(news_board& board, const std::string& job);
  ~follower();
  follower(const follower&) = delete;
  follower& operator=(const follower&) = delete;

  /// Returns when there is news since the last wait, or after `longest`.
  /// @returns Whether there is news.
  bool wait(std::chrono::milliseconds longest);

private:
  news_board& board_;
  std::string job_;
  topic& topic_; // A map's values stay where they are.
  std::uint64_t seen_;
};

} // namespace pixmill::actors
