#include "http/actor_json.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// A page holds no more than this, however deep and wide it was asked for.
constexpr std::size_t most_in_tree = 2'000;
constexpr std::size_t children_of_one = 20;

// Labels are URLs and names of strangers.
std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

double rounded(double value, double parts) {
  return std::round(value * parts) / parts;
}

json text_or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

std::string time_before_now(milliseconds ago) {
  return to_rfc3339(unix_now() - ago.count());
}

// What every look begins with: when it was, and what its rates are over.
json look_json(const actor_survey& survey) {
  json out{{"at", to_rfc3339(unix_now())},
           {"scope", survey.window ? "window" : "all_time"}};
  out["window_s"] =
    survey.window
      ? json(rounded(static_cast<double>(survey.window->count()) / 1e3, 10))
      : json();
  return out;
}

json actor_json(const surveyed_actor& x) {
  return {{"id", x.address.str()},
          {"parent", text_or_null(x.parent)},
          {"kind", x.report.kind},
          {"label", x.report.label},
          {"node", x.address.node},
          {"job", text_or_null(x.report.job)},
          {"state", x.report.state},
          {"age_s", rounded(static_cast<double>(x.report.age_ms) / 1e3, 1'000)},
          {"mailbox", x.report.mailbox},
          {"messages", x.report.messages},
          {"rate", rounded(x.rate, 10)},
          {"busy_ms", x.report.busy_ms},
          {"busy_ratio", rounded(x.busy_ratio, 1'000)}};
}

json root_json() {
  return {{"id", actor_tree::root}, {"parent", json()},  {"kind", "cluster"},
          {"label", "cluster"},     {"node", head_node}, {"job", json()},
          {"state", "running"},     {"age_s", 0},        {"mailbox", 0},
          {"messages", 0},          {"rate", 0},         {"busy_ms", 0},
          {"busy_ratio", 0}};
}

class tree_writer {
public:
  tree_writer(const actor_tree& tree, const tree_bounds& bounds)
      : tree_{tree}, bounds_{bounds} {}

  json root(const surveyed_actor* which, std::string& next_cursor) {
    const auto& all = tree_.of(bounds_.root);
    auto begin = all.begin();
    if (!bounds_.after.empty()) {
      begin = std::find_if(all.begin(), all.end(), [this](const auto* x) {
        return x->address.str() == bounds_.after;
      });
      // One that has ended since stood before those that were younger.
      if (begin == all.end())
        begin = first_younger_than(all);
      else
        ++begin;
    }
    const auto left = static_cast<std::size_t>(all.end() - begin);
    const auto count = std::min(left, bounds_.limit);
    auto children = json::array();
    for (std::size_t i = 0; i < count && room(); ++i)
      children.push_back(below(**(begin + static_cast<std::ptrdiff_t>(i)), 1));
    if (children.size() < left && !children.empty())
      next_cursor = children.back().at("id");
    auto out = which == nullptr ? root_json() : actor_json(*which);
    out["children_total"] = all.size();
    out["children"] = std::move(children);
    return out;
  }

private:
  bool room() const {
    return written_ < most_in_tree;
  }

  actor_tree::children::const_iterator
  first_younger_than(const actor_tree::children& all) const {
    const auto gone = actor_address_from(bounds_.after);
    return std::find_if(all.begin(), all.end(), [&](const auto* x) {
      return gone && x->address.node == gone->node && x->address.id > gone->id;
    });
  }

  json below(const surveyed_actor& which, std::size_t level) {
    ++written_;
    auto out = actor_json(which);
    const auto& all = tree_.of(which.address.str());
    auto children = json::array();
    if (level < bounds_.depth)
      for (std::size_t i = 0; i < std::min(all.size(), bounds_.limit) && room();
           ++i)
        children.push_back(below(*all[i], level + 1));
    out["children_total"] = all.size();
    out["children"] = std::move(children);
    return out;
  }

  const actor_tree& tree_;
  const tree_bounds& bounds_;
  std::size_t written_ = 0;
};

json probe_json(const actor_inside& inside) {
  const auto& probe = inside.probe;
  if (probe.answered)
    return {{"answered", true},
            {"after_ms",
             rounded(static_cast<double>(probe.took.count()) / 1e3, 1'000)},
            {"mailbox", probe.mailbox}};
  std::string text = "no answer";
  if (inside.report.busy_ms > 0)
    text +=
      ", busy since " + time_before_now(milliseconds{inside.report.busy_ms});
  return {{"answered", false}, {"text", text}};
}

json handlers_json(const telemetry::actor_detail& detail) {
  auto out = json::array();
  for (const auto& x : detail.handlers)
    out.push_back({{"message", x.message},
                   {"count", x.count},
                   {"mean_us", x.total.count()
                                 / static_cast<std::int64_t>(
                                   std::max<std::uint64_t>(x.count, 1))},
                   {"max_us", x.longest.count()}});
  return out;
}

} // namespace

std::string to_json(const actor_survey& survey, const actor_top& top) {
  auto out = look_json(survey);
  out["total"] = top.total;
  auto list = json::array();
  for (const auto* each : top.actors)
    list.push_back(actor_json(*each));
  out["actors"] = std::move(list);
  auto silent = json::array();
  for (const auto& each : survey.silent)
    silent.push_back({{"node", each.node}, {"since_ms", each.since.count()}});
  out["silent"] = std::move(silent);
  return dumped(out);
}

std::string to_json(const actor_survey& survey, const tree_bounds& bounds,
                    std::string& next_cursor) {
  const actor_tree tree{survey};
  const auto* root = tree.find(bounds.root);
  if (root == nullptr && bounds.root != actor_tree::root)
    return {};
  auto out = look_json(survey);
  out["total"] = survey.actors.size();
  auto part = tree_writer{tree, bounds}.root(root, next_cursor);
  out["next_cursor"] = text_or_null(next_cursor);
  out["root"] = std::move(part);
  return dumped(out);
}

std::string to_json(const actor_survey& survey, const actor_address& which,
                    const actor_inside& inside) {
  const actor_tree tree{survey};
  const auto* found = tree.find(which.str());
  if (found == nullptr)
    return {};
  auto out = look_json(survey);
  auto fresh = *found;
  fresh.report = inside.report;
  out.update(actor_json(fresh));
  const auto& all = tree.of(which.str());
  auto children = json::array();
  for (std::size_t i = 0; i < std::min(all.size(), children_of_one); ++i)
    children.push_back(actor_json(*all[i]));
  out["children_total"] = all.size();
  out["children"] = std::move(children);
  out["handlers"] = handlers_json(inside.detail);
  auto events = json::array();
  for (const auto& x : inside.detail.events)
    events.push_back({{"at", time_before_now(x.ago)}, {"text", x.text}});
  out["events"] = std::move(events);
  out["bytes_held"] =
    inside.report.bytes_held < 0 ? json() : json(inside.report.bytes_held);
  out["probe"] = probe_json(inside);
  return dumped(out);
}

std::string to_json(const telemetry::traced_message& message,
                    const std::string& node) {
  const auto at =
    std::chrono::duration_cast<milliseconds>(message.at.time_since_epoch());
  const bool foreign = message.from.find(':') != std::string::npos;
  return dumped({{"at", to_rfc3339(at.count())},
                 {"from", message.from.empty() ? json()
                          : foreign            ? json(message.from)
                                    : json(node + ":" + message.from)},
                 {"to", actor_address{node, message.to}.str()},
                 {"what", message.what},
                 {"us", message.took.count()}});
}

} // namespace pixmill::http
