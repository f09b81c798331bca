#include "http/actor_survey.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace pixmill::http {
namespace {

using std::chrono::milliseconds;

// Looks that follow each other faster than this are not all remembered.
constexpr milliseconds look_distance{900};

double seconds_in(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

// A ROW's parent is its JOB, which is on the head wherever the row is.
std::string parent_of(const std::string& node, const actors::actor_report& x) {
  if (x.parent == 0)
    return {};
  const bool of_head = x.kind == "row";
  return actor_address{of_head ? head_node : node, x.parent}.str();
}

// Over all its life; what has just begun is no rate yet.
void rate_over_life(surveyed_actor& which) {
  const auto age_ms =
    static_cast<double>(std::max<std::int64_t>(which.report.age_ms, 1'000));
  which.rate = static_cast<double>(which.report.messages) * 1e3 / age_ms;
  which.busy_ratio =
    static_cast<double>(which.report.busy_total_us) / (age_ms * 1e3);
}

} // namespace

std::uint64_t survey_log::key_of(const actor_address& address) {
  return std::hash<std::string>{}(address.node)
         ^ (address.id * 0x9e3779b97f4a7c15ull);
}

void survey_log::rate(surveyed_actor& which, const look& base,
                      clock::time_point now) {
  const auto key = key_of(which.address);
  const auto before = std::lower_bound(
    base.actors.begin(), base.actors.end(), key,
    [](const figures& x, std::uint64_t y) { return x.key < y; });
  if (before == base.actors.end() || before->key != key
      || before->messages > which.report.messages)
    return rate_over_life(which);
  const auto time = seconds_in(now - base.at);
  which.rate =
    static_cast<double>(which.report.messages - before->messages) / time;
  which.busy_ratio =
    static_cast<double>(which.report.busy_total_us - before->busy_us)
    / (time * 1e6);
}

const survey_log::look* survey_log::base_for(milliseconds window,
                                             clock::time_point now) const {
  const look* base = nullptr;
  for (const auto& each : looks_)
    if (base == nullptr || each.at <= now - window)
      base = &each;
  return base;
}

void survey_log::remember(const actor_survey& seen, clock::time_point now) {
  while (!looks_.empty() && looks_.front().at < now - 2 * longest)
    looks_.pop_front();
  if (!looks_.empty() && now - looks_.back().at < look_distance)
    return;
  look added{.at = now, .actors = {}};
  added.actors.reserve(seen.actors.size());
  for (const auto& each : seen.actors)
    added.actors.push_back(
      {key_of(each.address), each.report.messages, each.report.busy_total_us});
  std::sort(added.actors.begin(), added.actors.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  looks_.push_back(std::move(added));
}

actor_survey survey_log::add(std::vector<node_actors> nodes,
                             milliseconds window, clock::time_point now) {
  actor_survey out;
  for (auto& node : nodes) {
    if (node.silent)
      out.silent.push_back({node.node, *node.silent});
    for (auto& report : node.actors) {
      auto parent = parent_of(node.node, report);
      out.actors.push_back({.address = {node.node, report.id},
                            .parent = std::move(parent),
                            .report = std::move(report)});
    }
  }
  const std::lock_guard lock{mutex_};
  // A look of long ago says nothing of now.
  while (!looks_.empty() && looks_.front().at < now - 2 * longest)
    looks_.pop_front();
  const auto* base = base_for(window, now);
  if (base != nullptr && now > base->at)
    out.window = std::chrono::duration_cast<milliseconds>(now - base->at);
  for (auto& each : out.actors) {
    if (out.window)
      rate(each, *base, now);
    else
      rate_over_life(each);
    each.busy_ratio = std::clamp(each.busy_ratio, 0.0, 1.0);
  }
  remember(out, now);
  return out;
}

} // namespace pixmill::http
