#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/protocol.hpp"

namespace caf {
class actor_system;
}

namespace pixmill::actors {

/// What came of a question to one node.
template <class T>
struct node_word {
  std::string node;
  std::optional<T> answer{}; ///< Nothing: it has not answered in time.
  /// Since it was last heard of, where it has not answered.
  std::chrono::milliseconds silent{0};
};

/// The nodes without a head of their own that can be looked into, by name, and
/// what asks them. No question outlives its patience; a node that has not
/// answered one is not asked again for a second, so that it neither holds up
/// every page nor is sent more than it reads.
///
/// Thread-safe; the questions block their caller.
class node_directory {
public:
  /// How long a node has for an answer.
  static constexpr std::chrono::milliseconds usual_patience{500};
  /// A node that was lost is told of for so long.
  static constexpr std::chrono::minutes told_when_lost{10};
  /// What no other node is called.
  static constexpr auto own_name = "head";

  /// @param system Of the head; outlives all questions.
  explicit node_directory(caf::actor_system& system,
                          std::chrono::milliseconds patience = usual_patience)
      : system_{&system}, patience_{patience} {}

  /// Adds a node, or one that is back.
  /// @param life 64 random bits of its process. Of two that have one name the
  ///             second is told apart by some of them.
  void enter(const std::string& name, std::uint64_t life,
             const caf::strong_actor_ptr& inspector);

  /// Removes a node.
  /// @param lost It did not take its leave: it stays as one that is silent.
  void leave(std::uint64_t life, bool lost);

  /// Forgets all of them.
  void clear();

  /// Returns what a CAF node is called here; empty: it is none of these.
  std::string name_of(const std::string& caf_node) const;

  std::vector<std::string> names() const;

  /// Returns the actors of all nodes.
  std::vector<node_word<std::vector<actor_report>>> actors();

  std::vector<node_word<origins_view>> origins();
  std::vector<node_word<stage_report>> loads();

  /// Looks into one actor.
  node_word<actor_view> look(const std::string& node, std::uint64_t id);

  /// Ends an IMAGE or a ROW.
  node_word<bool> kill(const std::string& node, std::uint64_t id);

  node_word<bool> trace(const std::string& node, const trace_request& wanted);

  node_word<trace_view> traced(const std::string& node,
                               const trace_query& wanted);

  void stop_trace(const std::string& node, const std::string& id);

private:
  using clock = std::chrono::steady_clock;

  struct entry {
    std::uint64_t life = 0;
    inspector_actor inspector{}; ///< Null: lost.
    clock::time_point heard{};
    clock::time_point rests_until{};
  };

  struct asked_node {
    std::string name;
    inspector_actor inspector; ///< Null: it is not to be asked.
  };

  std::vector<asked_node> to_ask(const std::string& only);
  void note(const asked_node& which, bool answered);
  std::chrono::milliseconds silence_of(const std::string& name) const;
  std::string free_name(const std::string& name, std::uint64_t life) const;

  template <class T, class... Ts>
  std::vector<node_word<T>> ask(const std::vector<asked_node>& whom,
                                clock::time_point until, const Ts&... question);
  template <class T, class... Ts>
  node_word<T> ask_one(const std::string& node, const Ts&... question);

  caf::actor_system* system_;
  const std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  std::map<std::string, entry> nodes_; ///< Guarded by mutex_.
};

} // namespace pixmill::actors
