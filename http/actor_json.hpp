#pragma once

#include <cstddef>
#include <string>

#include "http/actor_selection.hpp"
#include "http/introspection.hpp"

/// What is told of actors.
namespace pixmill::http {

/// Returns a list of actors, the silent nodes and how many match in all.
std::string to_json(const actor_survey& survey, const actor_top& top);

/// How much of the tree is told.
struct tree_bounds {
  std::string root = actor_tree::root;
  std::size_t depth = 2;   ///< Levels below the root.
  std::size_t limit = 100; ///< Children of one actor.
  std::string after{};     ///< The root's children behind this one.
};

/// Returns a part of the tree; empty: there is no such root.
/// @param next_cursor Is set where the root has more children.
std::string to_json(const actor_survey& survey, const tree_bounds& bounds,
                    std::string& next_cursor);

/// Returns all that is known of an actor; empty: the survey does not know it.
std::string to_json(const actor_survey& survey, const actor_address& which,
                    const actor_inside& inside);

/// Returns the event that tells of a message; `from` and `to` as addresses.
std::string to_json(const telemetry::traced_message& message,
                    const std::string& node);

} // namespace pixmill::http
