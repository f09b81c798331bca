#include "http/actor_selection.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace pixmill::http {
namespace {

bool fits(const surveyed_actor& x, const actor_filter& filter) {
  const auto is = [](const std::string& wanted, const std::string& found) {
    return wanted.empty() || wanted == found;
  };
  return is(filter.kind, x.report.kind) && is(filter.job, x.report.job)
         && is(filter.node, x.address.node) && is(filter.state, x.report.state);
}

// What decides, then what decides between equals.
std::tuple<double, double, double> rank(const surveyed_actor& x,
                                        actor_order order) {
  const auto mailbox = static_cast<double>(x.report.mailbox);
  const auto busy_ms = static_cast<double>(x.report.busy_ms);
  const auto age = static_cast<double>(x.report.age_ms);
  switch (order) {
  case actor_order::mailbox:
    return {mailbox, busy_ms, x.rate};
  case actor_order::rate:
    return {x.rate, mailbox, age};
  case actor_order::busy:
    return {x.busy_ratio, busy_ms, mailbox};
  case actor_order::age:
    break;
  }
  return {age, mailbox, x.rate};
}

bool came_before(const surveyed_actor* a, const surveyed_actor* b) {
  return std::tie(a->address.node, a->address.id)
         < std::tie(b->address.node, b->address.id);
}

} // namespace

std::optional<actor_order> actor_order_from(std::string_view word) noexcept {
  if (word == "mailbox")
    return actor_order::mailbox;
  if (word == "rate")
    return actor_order::rate;
  if (word == "busy")
    return actor_order::busy;
  if (word == "age")
    return actor_order::age;
  return std::nullopt;
}

actor_top top_of(const actor_survey& survey, const actor_filter& filter,
                 actor_order order, std::size_t top) {
  actor_top out;
  for (const auto& each : survey.actors)
    if (fits(each, filter))
      out.actors.push_back(&each);
  out.total = out.actors.size();
  const auto count = std::min(top, out.total);
  std::partial_sort(
    out.actors.begin(), out.actors.begin() + static_cast<std::ptrdiff_t>(count),
    out.actors.end(), [order](const auto* a, const auto* b) {
      const auto first = rank(*a, order);
      const auto second = rank(*b, order);
      return first != second ? first > second : came_before(a, b);
    });
  out.actors.resize(count);
  return out;
}

std::optional<actor_address> actor_address_from(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return std::nullopt;
  actor_address out{.node = std::string{text.substr(0, colon)}};
  const auto* end = text.data() + text.size();
  const auto [last, wrong] =
    std::from_chars(text.data() + colon + 1, end, out.id);
  if (wrong != std::errc{} || last != end)
    return std::nullopt;
  return out;
}

void actor_tree::add_nodes(const actor_survey& survey) {
  const auto enter = [this](const std::string& name) -> surveyed_actor& {
    auto& node = nodes_[name];
    node.address.node = name;
    node.parent = root;
    node.report.kind = "node";
    node.report.label = name;
    node.report.state = "up";
    return node;
  };
  for (const auto& each : survey.actors)
    if (each.address.node != head_node) {
      auto& age = enter(each.address.node).report.age_ms;
      age = std::max(age, each.report.age_ms);
    }
  for (const auto& each : survey.silent)
    if (each.node != head_node) {
      auto& report = enter(each.node).report;
      report.state = "no answer";
      report.label += ": no answer, busy since "
                      + to_rfc3339(unix_now() - each.since.count());
      report.busy_ms = each.since.count();
    }
  for (const auto& [name, node] : nodes_) {
    actors_.emplace(node.address.str(), &node);
    children_[root].push_back(&node);
  }
}

actor_tree::actor_tree(const actor_survey& survey) {
  actors_.reserve(survey.actors.size());
  for (const auto& each : survey.actors)
    actors_.emplace(each.address.str(), &each);
  add_nodes(survey);
  for (const auto& each : survey.actors) {
    const auto& node = each.address.node;
    const bool has_parent = actors_.count(each.parent) != 0;
    children_[has_parent          ? each.parent
              : node == head_node ? std::string{root}
                                  : actor_address{node, 0}.str()]
      .push_back(&each);
  }
  for (auto& [parent, list] : children_)
    std::sort(list.begin(), list.end(), came_before);
}

const surveyed_actor* actor_tree::find(const std::string& address) const {
  const auto found = actors_.find(address);
  return found == actors_.end() ? nullptr : found->second;
}

const actor_tree::children& actor_tree::of(const std::string& address) const {
  static const children none;
  const auto found = children_.find(address);
  return found == children_.end() ? none : found->second;
}

} // namespace pixmill::http
