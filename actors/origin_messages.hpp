#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <caf/meta/type_name.hpp>

#include "actors/node_messages.hpp"

/// What a DISPATCHER and its nodes say of origins (scheme, host and port) to
/// each other; see `origin_ledger`.
namespace pixmill::actors {

/// So many transfers a node may have under way at one origin.
struct origin_lease {
  std::string origin{};
  std::uint32_t permits = 0;
  /// Of all leases to this node the newer one has the higher number.
  std::uint64_t version = 0;
  std::int64_t hold_ms = 0; ///< So long no transfer may start.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, origin_lease& x) {
  return f(caf::meta::type_name("pixmill::origin_lease"), x.origin, x.permits,
           x.version, x.hold_ms);
}

/// Leases to one node.
struct origin_leases {
  incarnation_id incarnation = 0;
  std::vector<origin_lease> origins{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, origin_leases& x) {
  return f(caf::meta::type_name("pixmill::origin_leases"), x.incarnation,
           x.origins);
}

/// How a node is doing at one origin, and what has come of it since its last
/// report.
struct origin_state {
  std::string origin{};
  std::uint32_t permits = 0;
  std::uint64_t version = 0; ///< Of the lease that it goes by.
  std::uint32_t active = 0;
  std::uint32_t waiting = 0;
  std::uint32_t answered = 0;
  std::uint32_t refused = 0;  ///< With 429, or 503 and Retry-After.
  std::int64_t waited_ms = 0; ///< For the first byte of all answers together.
  std::int64_t hold_ms = 0;   ///< So long it leaves the origin alone.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, origin_state& x) {
  return f(caf::meta::type_name("pixmill::origin_state"), x.origin, x.permits,
           x.version, x.active, x.waiting, x.answered, x.refused, x.waited_ms,
           x.hold_ms);
}

/// What a node says of all origins that it has permits for, or wants some.
struct origin_report {
  incarnation_id incarnation = 0;
  std::uint64_t number = 0; ///< From 1; an older one is out of date.
  std::vector<origin_state> origins{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, origin_report& x) {
  return f(caf::meta::type_name("pixmill::origin_report"), x.incarnation,
           x.number, x.origins);
}

/// An origin as the DISPATCHER sees it.
struct origin_status {
  std::string origin{};
  std::uint32_t limit = 0;  ///< What it seems to bear now.
  std::uint32_t budget = 0; ///< The most that it may have.
  std::uint32_t leased = 0; ///< Permits of all nodes together.
  std::uint32_t active = 0; ///< As last told.
  std::uint32_t waiting = 0;
  std::int64_t hold_ms = 0;
  std::vector<std::string> nodes{}; ///< Those that have permits.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, origin_status& x) {
  return f(caf::meta::type_name("pixmill::origin_status"), x.origin, x.limit,
           x.budget, x.leased, x.active, x.waiting, x.hold_ms, x.nodes);
}

} // namespace pixmill::actors
