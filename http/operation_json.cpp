#include "http/operation_json.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

// Hosts, URLs and details are of strangers.
std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json text_or_null(std::string_view text) {
  return text.empty() ? json() : json(text);
}

json time_or_null(unix_ms time) {
  return time == 0 ? json() : json(to_rfc3339(time));
}

double rounded(double value, double parts) {
  return std::round(value * parts) / parts;
}

double per_second(std::uint64_t amount, const rate_sample& over) {
  return over.covered_ms == 0 ? 0
                              : static_cast<double>(amount) * 1e3
                                  / static_cast<double>(over.covered_ms);
}

json rates_json(const rate_sample& x) {
  return {{"images_per_s", rounded(per_second(x.images, x), 100)},
          {"bytes_in_per_s", std::round(per_second(x.bytes_in, x))},
          {"bytes_out_per_s", std::round(per_second(x.bytes_out, x))},
          {"failures_per_s", rounded(per_second(x.failures, x), 100)},
          {"cpu", rounded(per_second(x.cpu_us, x) / 1e6, 1'000)}};
}

// Which number of a sample a metric is about; null: there is no such metric.
using field = std::uint64_t rate_sample::*;
field field_of(std::string_view metric) {
  if (metric == "images_per_s")
    return &rate_sample::images;
  if (metric == "bytes_in_per_s")
    return &rate_sample::bytes_in;
  if (metric == "bytes_out_per_s")
    return &rate_sample::bytes_out;
  if (metric == "failures_per_s")
    return &rate_sample::failures;
  if (metric == "cpu")
    return &rate_sample::cpu_us;
  return nullptr;
}

json jobs_json(const std::map<job_state, std::size_t>& jobs) {
  json out{{"queued", 0}, {"running", 0}, {"paused", 0}, {"finished", 0}};
  for (const auto& [state, count] : jobs) {
    const auto* name = is_terminal(state)           ? "finished"
                       : state == job_state::queued ? "queued"
                       : state == job_state::paused ? "paused"
                                                    : "running";
    out[name] = out[name].get<std::size_t>() + count;
  }
  return out;
}

std::string counted(std::uint64_t count, const char* what) {
  return std::to_string(count) + " " + what;
}

std::int64_t seconds_of(std::int64_t ms) {
  return std::chrono::ceil<std::chrono::seconds>(std::chrono::milliseconds{ms})
    .count();
}

} // namespace

bottleneck bottleneck_of(const stage_load& x) {
  if (x.latched)
    return {"store", "the disk is full: outcomes wait for space"};
  const auto fetching = x.downloading + x.downloads_waiting;
  const auto compressing = x.compressing + x.compressions_waiting;
  if (fetching == 0 && compressing == 0 && x.storing == 0)
    return {"idle", "nothing is under way"};
  const auto stages = counted(fetching, "images at the download, ")
                      + counted(compressing, "at the codecs, ")
                      + counted(x.storing, "at the store");
  if (x.storing >= fetching && x.storing >= compressing)
    return {"store", "images pile up before the store: " + stages};
  if (compressing >= fetching || x.compressions_waiting > x.codec_processes)
    return {"cpu", "images pile up before the "
                     + counted(x.codec_processes, "codec processes: ")
                     + stages};
  return {"fetch", "the codecs wait for downloads: " + stages};
}

std::string to_json(const head_overview& x,
                    const std::map<job_state, std::size_t>& jobs) {
  const auto slow = bottleneck_of(x.stages);
  const auto saved =
    x.bytes_in == 0
      ? 0
      : 1 - static_cast<double>(x.bytes_out) / static_cast<double>(x.bytes_in);
  json out{{"at", to_rfc3339(unix_now())}, {"scope", "window"}};
  out["window_s"] = rounded(static_cast<double>(x.recent.covered_ms) / 1e3, 10);
  out["jobs"] = jobs_json(jobs);
  out["rate"] = rates_json(x.recent);
  // Since the process began.
  out["bytes"] = {{"in", x.bytes_in},
                  {"out", x.bytes_out},
                  {"saved_ratio", rounded(saved, 1'000)}};
  out["images"] = {{"settled", x.images}, {"failed", x.failures}};
  out["since"] = to_rfc3339(x.since);
  out["stages"] = {{"downloading", x.stages.downloading},
                   {"downloads_waiting", x.stages.downloads_waiting},
                   {"compressing", x.stages.compressing},
                   {"compressions_waiting", x.stages.compressions_waiting},
                   {"codec_processes", x.stages.codec_processes},
                   {"storing", x.stages.storing}};
  out["bottleneck"] = {{"what", slow.what}, {"why", slow.why}};
  out["node_count"] = x.node_count;
  out["cores"] = x.cores;
  out["version"] = PIXMILL_VERSION;
  return dumped(out);
}

std::string to_json(std::string_view metric, const rate_stretch& stretch) {
  const auto which = field_of(metric);
  if (which == nullptr)
    return {};
  auto points = json::array();
  for (const auto& x : stretch.steps) {
    auto value = per_second(x.*which, x);
    if (metric == "cpu")
      value /= 1e6;
    points.push_back({x.began_s, rounded(value, 1'000)});
  }
  return dumped({{"at", to_rfc3339(unix_now())},
                 {"scope", "all_time"},
                 {"metric", metric},
                 {"step_s", stretch.step_s},
                 {"points", std::move(points)}});
}

std::string to_json(const std::vector<node_origins>& nodes,
                    const std::vector<actors::origin_status>& budgets) {
  auto list = json::array();
  auto silent = json::array();
  for (const auto& node : nodes) {
    if (node.silent)
      silent.push_back(
        {{"node", node.node}, {"since_ms", node.silent->count()}});
    for (const auto& x : node.origins)
      list.push_back(
        {{"origin", x.origin},
         {"node", node.node},
         {"active", x.active},
         {"waiting", x.waiting},
         {"limit", x.limit},
         {"latency_ms", {{"p50", x.p50.count()}, {"p99", x.p99.count()}}},
         {"done", x.done},
         {"errors", x.errors},
         {"breaker", x.pause.count() > 0 ? "open" : "closed"},
         {"retry_after_s", seconds_of(x.pause.count())}});
  }
  auto shared = json::array();
  for (const auto& x : budgets)
    shared.push_back({{"origin", x.origin},
                      {"limit", x.limit},
                      {"budget", x.budget},
                      {"leased", x.leased},
                      {"active", x.active},
                      {"waiting", x.waiting},
                      {"retry_after_s", seconds_of(x.hold_ms)},
                      {"nodes", x.nodes}});
  return dumped({{"at", to_rfc3339(unix_now())},
                 {"scope", "all_time"},
                 {"origins", std::move(list)},
                 {"budgets", std::move(shared)},
                 {"silent", std::move(silent)}});
}

std::string to_json(const std::vector<failure_group>& groups,
                    std::size_t offset, std::size_t limit,
                    std::string& next_cursor) {
  auto list = json::array();
  std::uint64_t total = 0;
  for (const auto& x : groups)
    total += x.count;
  const auto end = std::min(groups.size(), offset + limit);
  for (auto i = std::min(offset, end); i < end; ++i) {
    const auto& x = groups[i];
    list.push_back({{"code", x.code},
                    {"host", text_or_null(x.host)},
                    {"job", x.job},
                    {"count", x.count},
                    {"transient", x.transient},
                    {"sample", x.slot.row == 0 ? json()
                                               : json{{"row", x.slot.row},
                                                      {"slot", x.slot.index},
                                                      {"url", x.url},
                                                      {"detail", x.detail}}},
                    {"last_at", time_or_null(x.last_at)}});
  }
  if (end < groups.size())
    next_cursor = std::to_string(end);
  return dumped({{"at", to_rfc3339(unix_now())},
                 {"scope", "all_time"},
                 {"total", total},
                 {"groups", std::move(list)},
                 {"next_cursor", text_or_null(next_cursor)}});
}

std::string to_json(const std::vector<audit_entry>& page,
                    std::string_view next_cursor) {
  auto list = json::array();
  for (const auto& x : page)
    list.push_back({{"id", x.id},
                    {"at", to_rfc3339(x.at)},
                    {"who", x.who},
                    {"address", x.address},
                    {"what", x.what},
                    {"target", x.target},
                    {"effect", x.effect},
                    {"request_id", text_or_null(x.request)}});
  return dumped({{"at", to_rfc3339(unix_now())},
                 {"scope", "all_time"},
                 {"entries", std::move(list)},
                 {"next_cursor", text_or_null(next_cursor)}});
}

std::string to_json(const std::vector<setting_view>& settings) {
  auto list = json::array();
  for (const auto& x : settings)
    list.push_back({{"section", x.section},
                    {"key", x.key},
                    {"value", x.value},
                    {"source", x.source},
                    {"about", x.about}});
  return dumped({{"at", to_rfc3339(unix_now())},
                 {"scope", "now"},
                 {"settings", std::move(list)}});
}

} // namespace pixmill::http
