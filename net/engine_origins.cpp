// How the engine keeps to what it was permitted at origins.

#include <utility>

#include "model/errc.hpp"
#include "net/engine.hpp"

namespace pixmill::net {
namespace {

using std::chrono::milliseconds;

download left_alone(milliseconds hold) {
  download result;
  result.why = {.code = errc::rate_limited,
                .http_status = 0,
                .detail = "the origin asked to be left alone"};
  result.retry_after = hold;
  result.untried = true;
  return result;
}

} // namespace

void downloader::engine::govern(origin_rule rule) {
  act([this, rule = std::move(rule)]() mutable {
    look_ = std::move(rule.look);
    gate_.govern(rule.longest_hold);
    for (const auto& x : waiting_.loads())
      if (x.waiting > 0 && gate_.is_stuck(x.origin))
        look_();
  });
}

void downloader::engine::permit(std::vector<origin_permit> permits) {
  act([this, permits = std::move(permits)] {
    for (const auto& origin : gate_.permit(permits, clock::now()))
      refuse_held(origin);
  });
}

void downloader::engine::look(
  std::function<void(std::vector<origin_activity>)> told) {
  act([this, told = std::move(told)] { told(gate_.look(clock::now())); });
}

void downloader::engine::told_to_wait(const std::string& origin,
                                      time_point until) {
  const bool is_news = gate_.told_to_wait(origin, until);
  refuse_held(origin);
  if (is_news)
    look_();
}

// They would hold a place on this node, and could be needed elsewhere.
void downloader::engine::refuse_held(const std::string& origin) {
  std::vector<ticket> refused;
  const auto left = gate_.refuse_held(origin, clock::now(), refused);
  for (const auto which : refused)
    settle(*requests_.at(which), left_alone(*left));
}

// May settle the request.
void downloader::engine::wait_in_line(request& what, bool first) {
  const auto origin = what.address.origin();
  if (first)
    waiting_.push_front(origin, what.flow, what.id);
  else
    waiting_.push(origin, what.flow, what.id);
  if (gate_.is_stuck(origin))
    look_();
  refuse_held(origin);
}

} // namespace pixmill::net
