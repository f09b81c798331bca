#include "net/origin_gate.hpp"

#include <algorithm>
#include <utility>

namespace pixmill::net {
namespace {

using std::chrono::milliseconds;

// A hold that becomes so much longer is worth a look.
constexpr milliseconds worth_telling{250};

} // namespace

void origin_gate::govern(milliseconds longest_hold) {
  governs_ = true;
  longest_hold_ = longest_hold;
  permits_.clear();
  stuck_.clear();
  queue_.govern();
}

std::vector<std::string>
origin_gate::permit(const std::vector<origin_permit>& permits, time_point now) {
  std::vector<std::string> held;
  for (const auto& x : permits) {
    if (!permits_.take(x))
      continue;
    queue_.permit(x.origin, x.transfers);
    if (x.transfers > 0)
      stuck_.erase(x.origin);
    if (x.hold > milliseconds{0}) {
      queue_.pause(x.origin, now + x.hold);
      held.push_back(x.origin);
    }
  }
  return held;
}

void origin_gate::count(const std::string& origin, bool refused,
                        std::optional<milliseconds> first_byte) {
  if (!governs_)
    return;
  auto& news = news_[origin];
  if (refused) {
    ++news.refused;
  } else if (first_byte) {
    ++news.answered;
    news.waited += *first_byte;
  }
}

bool origin_gate::told_to_wait(const std::string& origin, time_point until) {
  queue_.pause(origin, until);
  if (!governs_)
    return false;
  auto& asked = asked_holds_[origin];
  const bool is_news = until - asked > worth_telling;
  asked = std::max(asked, until);
  return is_news;
}

std::optional<milliseconds> origin_gate::refuse_held(const std::string& origin,
                                                     time_point now,
                                                     std::vector<ticket>& out) {
  const auto until = queue_.paused_until(origin);
  if (!governs_ || !until)
    return std::nullopt;
  const auto left = std::chrono::ceil<milliseconds>(*until - now);
  if (left <= longest_hold_)
    return std::nullopt;
  out = queue_.take_waiting(origin);
  return left;
}

bool origin_gate::is_stuck(const std::string& origin) {
  return governs_ && queue_.permitted(origin) == 0
         && stuck_.insert(origin).second;
}

std::vector<origin_activity> origin_gate::look(time_point now) {
  auto found = std::exchange(news_, {});
  std::unordered_set<std::string> still_stuck;
  for (const auto& x : queue_.loads()) {
    const bool busy = x.active > 0 || x.waiting > 0;
    if (permits_.find(x.origin) != nullptr
        && !permits_.keep(x.origin, busy, now))
      queue_.permit(x.origin, std::nullopt);
    if (!busy)
      continue;
    auto& news = found[x.origin];
    news.active = x.active;
    news.waiting = static_cast<std::uint32_t>(x.waiting);
    if (x.waiting > 0 && stuck_.count(x.origin) != 0)
      still_stuck.insert(x.origin);
  }
  stuck_ = std::move(still_stuck);
  for (const auto& [origin, permit] : permits_.all()) {
    auto& news = found[origin];
    news.permitted = permit.transfers;
    news.version = permit.version;
  }
  std::erase_if(asked_holds_,
                [now](const auto& entry) { return entry.second <= now; });
  for (const auto& [origin, until] : asked_holds_)
    found[origin].hold = std::chrono::ceil<milliseconds>(until - now);
  std::vector<origin_activity> out;
  out.reserve(found.size());
  for (auto& [origin, news] : found) {
    news.origin = origin;
    out.push_back(std::move(news));
  }
  return out;
}

} // namespace pixmill::net
