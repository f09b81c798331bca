#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/introspection.hpp"

namespace pixmill::test {

/// A cluster in memory: its actors are what a test says.
class fake_introspection : public http::introspection {
public:
  std::vector<http::node_actors> actors() override {
    return nodes;
  }

  std::optional<http::actor_inside>
  actor(const http::actor_address& which) override {
    for (const auto& node : nodes)
      for (const auto& report : node.actors)
        if (http::actor_address{node.node, report.id} == which)
          return http::actor_inside{
            .report = report, .detail = {}, .probe = probe};
    return std::nullopt;
  }

  bool kill(const http::actor_address& which) override {
    killed.push_back(which.str());
    return true;
  }

  bool trace(const std::string& id, const std::string&,
             const telemetry::trace_order& order) override {
    return telemetry::message_traces::instance().begin(id, order);
  }

  std::optional<http::trace_part>
  traced(const std::string& id, std::size_t seen,
         std::chrono::milliseconds longest) override {
    auto part = telemetry::message_traces::instance().read(id, seen, longest);
    if (!part)
      return std::nullopt;
    http::trace_part out{.messages = {}, .end = part->end};
    for (auto& each : part->messages)
      out.messages.push_back({http::head_node, std::move(each)});
    return out;
  }

  http::head_overview overview() override {
    return whole;
  }

  std::vector<http::node_origins> origins() override {
    return known_origins;
  }

  std::vector<actors::origin_status> origin_budgets() override {
    return budgets;
  }

  caf::expected<std::vector<failure_group>>
  failures(const std::string& job) override {
    auto out = groups;
    std::erase_if(out,
                  [&](const auto& x) { return !job.empty() && x.job != job; });
    return out;
  }

  caf::expected<http::rate_stretch> history(std::int64_t, std::int64_t,
                                            std::size_t) override {
    return past;
  }

  caf::expected<caf::unit_t> audit(audit_entry entry) override {
    log.insert(log.begin(), std::move(entry));
    return caf::unit;
  }

  caf::expected<std::vector<audit_entry>> audited(const std::string& before,
                                                  std::size_t limit) override {
    std::vector<audit_entry> out;
    for (const auto& each : log)
      if ((before.empty() || each.id < before) && out.size() < limit)
        out.push_back(each);
    return out;
  }

  caf::expected<std::vector<delivery>> deliveries(const std::string&,
                                                  std::optional<delivery_state>,
                                                  std::size_t,
                                                  std::string&) override {
    return std::vector<delivery>{};
  }

  std::vector<http::setting_view> settings() override {
    return {};
  }

  http::head_overview whole;
  std::vector<http::node_origins> known_origins;
  std::vector<actors::origin_status> budgets;
  std::vector<failure_group> groups;
  http::rate_stretch past;
  std::vector<audit_entry> log; ///< Newest first.
  std::vector<http::node_actors> nodes{{.node = http::head_node, .actors = {}}};
  http::actor_probe probe{.answered = true};
  std::vector<std::string> killed;
};

} // namespace pixmill::test
