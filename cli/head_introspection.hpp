#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "actors/head.hpp"
#include "cli/trace_collector.hpp"
#include "http/introspection.hpp"
#include "persistence/failure_census.hpp"

namespace pixmill::cli {

/// A head and its nodes as the console's routes see them.
class head_introspection final : public http::introspection {
public:
  /// @param head Outlives it.
  /// @param settings In force, for whoever looks at them.
  explicit head_introspection(actors::head& head,
                              std::vector<http::setting_view> settings = {});

  std::vector<http::node_actors> actors() override;
  std::optional<http::actor_inside>
  actor(const http::actor_address& which) override;
  bool kill(const http::actor_address& which) override;
  bool trace(const std::string& id, const std::string& node,
             const telemetry::trace_order& order) override;
  std::optional<http::trace_part>
  traced(const std::string& id, std::size_t seen,
         std::chrono::milliseconds longest) override;

  http::head_overview overview() override;
  std::vector<http::node_origins> origins() override;
  std::vector<actors::origin_status> origin_budgets() override;
  caf::expected<std::vector<failure_group>>
  failures(const std::string& job) override;
  caf::expected<http::rate_stretch>
  history(std::int64_t from_s, std::int64_t to_s, std::size_t points) override;
  caf::expected<caf::unit_t> audit(audit_entry entry) override;
  caf::expected<std::vector<audit_entry>> audited(const std::string& before,
                                                  std::size_t limit) override;
  caf::expected<std::vector<delivery>>
  deliveries(const std::string& before, std::optional<delivery_state> state,
             std::size_t limit, std::string& next) override;
  std::vector<http::setting_view> settings() override {
    return settings_;
  }

private:
  using clock = std::chrono::steady_clock;

  rate_sample so_far() const;
  rate_sample recent();
  http::stage_load stages();
  http::node_origins own_origins();
  std::size_t count_nodes();

  actors::head& head_;
  actors::node_directory& others_;
  trace_collector traces_;
  std::vector<http::setting_view> settings_;
  const unix_ms since_ = unix_now();
  persistence::failure_census failures_;
  std::mutex mutex_;
  /// The rates so far, as earlier looks found them; guarded by mutex_.
  std::deque<std::pair<clock::time_point, rate_sample>> looks_;
};

} // namespace pixmill::cli
