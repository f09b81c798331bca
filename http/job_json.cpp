#include "http/job_json.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "model/sheet_json.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json time_or_null(unix_ms time) {
  return time == 0 ? json() : json(to_rfc3339(time));
}

json links_of(const std::string& id) {
  const auto self = "/v1/jobs/" + id;
  return {{"self", self},
          {"rows", self + "/rows"},
          {"items", self + "/items"},
          {"events", self + "/events"},
          {"results_csv", self + "/results.csv"},
          {"results_jsonl", self + "/results.jsonl"},
          {"results_zip", self + "/results.zip"},
          {"failed_csv", self + "/failed.csv"},
          {"deliveries", self + "/deliveries"}};
}

double rounded(double value, double parts) {
  return std::round(value * parts) / parts;
}

double images_per_second(const actors::job_status& status, unix_ms now) {
  const auto& job = status.record;
  const auto end = job.finished_at > 0 ? job.finished_at : now;
  if (job.started_at == 0 || end <= job.started_at)
    return 0;
  return static_cast<double>(status.counters.settled()) * 1000
         / static_cast<double>(end - job.started_at);
}

// How much lighter the images have become: 0.53 is 53 % less.
double saved_ratio(const job_counters& counters) {
  if (counters.bytes_in == 0)
    return 0;
  return 1
         - static_cast<double>(counters.bytes_out)
             / static_cast<double>(counters.bytes_in);
}

json record_json(const job_record& job) {
  json out{
    {"id", job.id},
    {"name", job.options.name},
    {"state", to_string(job.state)},
    {"attempt", job.attempt},
    {"rows", job.totals.rows},
    {"images", {{"total", job.totals.slots}, {"unique", job.totals.unique}}},
    {"created_at", time_or_null(job.created_at)},
    {"started_at", time_or_null(job.started_at)},
    {"finished_at", time_or_null(job.finished_at)}};
  if (job.why)
    out["error"] = {{"code", job.why.word()}, {"detail", job.why.detail}};
  return out;
}

json status_json(const actors::job_status& status, unix_ms now) {
  const auto& counters = status.counters;
  auto out = record_json(status.record);
  out["progress"] = {{"total", status.record.totals.slots},
                     {"done", counters.done},
                     {"kept_original", counters.kept_original},
                     {"failed", counters.failed},
                     {"skipped", counters.skipped},
                     {"canceled", counters.canceled},
                     {"active", status.active},
                     {"pending", status.pending}};
  out["bytes"] = {{"in", counters.bytes_in},
                  {"out", counters.bytes_out},
                  {"saved_ratio", rounded(saved_ratio(counters), 1000)}};
  const auto rate = images_per_second(status, now);
  const auto open = status.active + status.pending;
  out["rate"] = {{"images_per_s", rounded(rate, 10)}};
  out["eta_s"] =
    status.record.state == job_state::running && rate > 0 ? json(
      static_cast<std::uint64_t>(std::ceil(static_cast<double>(open) / rate)))
                                                          : json();
  if (!status.waits_for.empty())
    out["waiting_for"] = status.waits_for;
  out["failures"] = counters.failures;
  out["nodes"] = json::array();
  for (const auto& [name, images] : counters.nodes)
    out["nodes"].push_back({{"name", name}, {"images", images}});
  out["links"] = links_of(status.record.id);
  return out;
}

} // namespace

std::string to_json(const actors::job_status& status, unix_ms now) {
  return dumped(status_json(status, now));
}

std::string news_of(const actors::job_status& status) {
  auto without_rate = status;
  without_rate.record.started_at = 0;
  without_rate.record.finished_at = 0;
  return to_json(without_rate, 0);
}

std::string to_json(const actors::job_status& accepted,
                    const sheet_summary& sheet, std::string_view duplicate_of) {
  const auto& job = accepted.record;
  const auto seen = json::parse(pixmill::to_json(sheet));
  json out{
    {"id", job.id},
    {"state", to_string(job.state)},
    {"rows", job.totals.rows},
    {"images", {{"total", job.totals.slots}, {"unique", job.totals.unique}}},
    {"warnings_total", sheet.warnings_total},
    {"warnings", seen.at("warnings")}};
  if (!duplicate_of.empty())
    out["duplicate_of"] = duplicate_of;
  out["links"] = links_of(job.id);
  return dumped(out);
}

std::string to_json(const std::vector<actors::job_status>& page, unix_ms now,
                    std::string_view next_cursor) {
  auto jobs = json::array();
  for (const auto& job : page)
    jobs.push_back(status_json(job, now));
  json out{{"jobs", std::move(jobs)}};
  out["next_cursor"] = next_cursor.empty() ? json() : json(next_cursor);
  return dumped(out);
}

} // namespace pixmill::http
