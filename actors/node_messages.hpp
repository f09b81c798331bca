#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <caf/meta/type_name.hpp>

/// The values that actors say of nodes to each other; see messages.hpp.
namespace pixmill::actors {

/// Random 64 bits, drawn by each WORKER when it starts: the identity of a
/// node's life. CAF's node ids can collide and are reused.
using incarnation_id = std::uint64_t;

/// What a WORKER says of itself when it joins.
struct node_description {
  std::string name{};
  incarnation_id incarnation = 0;
  std::uint32_t credit = 0; ///< Slots that it can hold at once.
  std::string build{};      ///< Version of its program.
  std::vector<std::string> labels{};
  bool local = false; ///< It is part of the head's own process.
  bool uploads =
    false; ///< It hands results in at the head: tasks need permits.
  /// Formats that it writes when a job asks for them: `jpeg`, `avif`, …
  std::vector<std::string> codecs{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_description& x) {
  return f(caf::meta::type_name("pixmill::node_description"), x.name,
           x.incarnation, x.credit, x.build, x.labels, x.local, x.uploads,
           x.codecs);
}

/// Sent by a WORKER as long as it lives: it renews all leases of the node.
struct load_report {
  incarnation_id incarnation = 0;
  std::uint32_t slots_in_use = 0;
  std::uint32_t leases = 0;
  std::uint32_t cpu_ppm = 0; ///< Of all cores of its machine.
  std::uint64_t memory_bytes = 0;
  std::int64_t rtt_us = 0; ///< Of the report before; 0: not known.
  /// Slots that it got under this number, all together.
  std::uint64_t received = 0;
  /// Slots that became free again under this number, all together.
  std::uint64_t returned = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, load_report& x) {
  return f(caf::meta::type_name("pixmill::load_report"), x.incarnation,
           x.slots_in_use, x.leases, x.cpu_ppm, x.memory_bytes, x.rtt_us,
           x.received, x.returned);
}

/// How a node is doing; the words of the public contract.
enum class node_state : std::uint8_t { up, draining, suspect, lost };

/// A node as the DISPATCHER sees it.
struct node_status {
  std::string name{};
  incarnation_id incarnation = 0;
  node_state state = node_state::up;
  std::string build{};
  std::vector<std::string> labels{};
  std::vector<std::string> codecs{};
  bool local = false;
  std::uint32_t credit = 0;
  std::uint32_t used = 0; ///< Slots handed out, and reserved by a grant.
  std::uint32_t leases = 0;
  std::uint32_t cpu_ppm = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t finished = 0;        ///< Slots that became free again.
  std::uint32_t finished_per_ks = 0; ///< In 1,000 s, of late.
  std::int64_t silent_ms = 0;        ///< Since it was last heard of.
  std::int64_t rtt_us = 0;           ///< 0: not known.
  std::int64_t since = 0;            ///< Unix milliseconds of its state.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_status& x) {
  return f(caf::meta::type_name("pixmill::node_status"), x.name, x.incarnation,
           x.state, x.build, x.labels, x.codecs, x.local, x.credit, x.used,
           x.leases, x.cpu_ppm, x.memory_bytes, x.finished, x.finished_per_ks,
           x.silent_ms, x.rtt_us, x.since);
}

/// A command to one node.
struct node_command {
  std::string node;   ///< Its name, or its incarnation as `id_of_node` says it.
  bool drain = false; ///< False: take work again.
  bool leave = false; ///< With `drain`: end when nothing is left.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_command& x) {
  return f(caf::meta::type_name("pixmill::node_command"), x.node, x.drain,
           x.leave);
}

} // namespace pixmill::actors
