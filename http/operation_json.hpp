#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/introspection.hpp"

/// What the console is told besides actors.
namespace pixmill::http {

/// Returns the state of the whole: jobs by state, rates, what holds it up.
std::string to_json(const head_overview& overview,
                    const std::map<job_state, std::size_t>& jobs);

/// What holds a service up, and how that shows.
struct bottleneck {
  const char* what = "idle"; ///< `fetch`, `cpu`, `store` or `idle`.
  std::string why;
};

/// Returns where images pile up.
bottleneck bottleneck_of(const stage_load& stages);

/// Returns one rate over time; empty: there is no such metric.
std::string to_json(std::string_view metric, const rate_stretch& stretch);

std::string to_json(const std::vector<node_origins>& nodes,
                    const std::vector<actors::origin_status>& budgets);

/// @param offset Of the first group to be told.
std::string to_json(const std::vector<failure_group>& groups,
                    std::size_t offset, std::size_t limit,
                    std::string& next_cursor);

std::string to_json(const std::vector<audit_entry>& page,
                    std::string_view next_cursor);

std::string to_json(const std::vector<setting_view>& settings);

} // namespace pixmill::http
