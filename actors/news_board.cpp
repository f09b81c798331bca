#include "actors/news_board.hpp"

namespace pixmill::actors {

void news_board::post(std::string_view job) {
  const std::lock_guard lock{mutex_};
  const auto found = topics_.find(job);
  if (found == topics_.end())
    return;
  ++found->second.news;
  found->second.changed.notify_all();
}

news_board::topic& news_board::follow(const std::string& job) {
  const std::lock_guard lock{mutex_};
  auto& followed = topics_[job];
  ++followed.followers;
  return followed;
}

news_board::follower::follower(news_board& board, const std::string& job)
    : board_{board}, job_{job}, topic_{board.follow(job)}, seen_{0} {
  const std::lock_guard lock{board_.mutex_};
  seen_ = topic_.news;
}

news_board::follower::~follower() {
  const std::lock_guard lock{board_.mutex_};
  if (--topic_.followers == 0)
    board_.topics_.erase(job_);
}

bool news_board::follower::wait(std::chrono::milliseconds longest) {
  std::unique_lock lock{board_.mutex_};
  const bool news = topic_.changed.wait_for(
    lock, longest, [this] { return topic_.news != seen_; });
  seen_ = topic_.news;
  return news;
}

} // namespace pixmill::actors
