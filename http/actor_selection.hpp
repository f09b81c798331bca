#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/actor_survey.hpp"

namespace pixmill::http {

/// What a list of actors is in the order of: the largest first.
enum class actor_order : std::uint8_t { mailbox, rate, busy, age };

/// Returns the order that a word means.
std::optional<actor_order> actor_order_from(std::string_view word) noexcept;

/// Which actors are looked for; empty: all.
struct actor_filter {
  std::string kind{};
  std::string job{};
  std::string node{};
  std::string state{};
};

/// Some actors of a survey; how many there are in all.
struct actor_top {
  std::vector<const surveyed_actor*> actors;
  std::size_t total = 0;
};

/// Returns the first `top` actors that match, in that order.
/// @param survey Outlives the result.
actor_top top_of(const actor_survey& survey, const actor_filter& filter,
                 actor_order order, std::size_t top);

/// Returns the address that a text is; nothing: it is none.
std::optional<actor_address> actor_address_from(std::string_view text);

/// Who is whose child. Those without a parent, or whose parent has ended, are
/// children of their node; those of the head's own are children of the root, as
/// are the other nodes.
class actor_tree {
public:
  using children = std::vector<const surveyed_actor*>;

  /// What stands for the whole cluster.
  static constexpr auto root = "head:0";

  /// @param survey Outlives the tree.
  explicit actor_tree(const actor_survey& survey);
  actor_tree(const actor_tree&) = delete;
  actor_tree& operator=(const actor_tree&) = delete;

  /// Returns an actor, or what stands for a node; null: there is none.
  const surveyed_actor* find(const std::string& address) const;

  /// Returns the children of an actor, or of the root; those that were spawned
  /// first in front.
  const children& of(const std::string& address) const;

private:
  void add_nodes(const actor_survey& survey);

  /// What stands for nodes other than the head's own, by name.
  std::map<std::string, surveyed_actor> nodes_;
  std::unordered_map<std::string, const surveyed_actor*> actors_;
  std::unordered_map<std::string, children> children_;
};

} // namespace pixmill::http
