#include "cli/service_json.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

namespace pixmill::cli {
namespace {

using nlohmann::json;

json parsed(std::string_view text) {
  return json::parse(text, nullptr, false);
}

// Returns a member; null where there is none.
const json& member(const json& object, const char* key) {
  static const json none;
  if (!object.is_object())
    return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : std::string{};
}

std::uint64_t count_of(const json& value) {
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

template <class Integer>
Integer small_count_of(const json& value) {
  constexpr std::uint64_t most = std::numeric_limits<Integer>::max();
  return static_cast<Integer>(std::min(count_of(value), most));
}

std::optional<job_state> state_from(std::string_view word) {
  for (auto state = job_state::queued; state <= job_state::canceled;
       state = static_cast<job_state>(static_cast<int>(state) + 1))
    if (to_string(state) == word)
      return state;
  return std::nullopt;
}

sheet_issue issue_from(const json& value, bool warning) {
  const auto& slot = member(value, "slot");
  return {.row = small_count_of<std::uint32_t>(member(value, "row")),
          .line = count_of(member(value, "line")),
          .column = text_of(member(value, "column")),
          .slot = slot.is_number_unsigned() ? small_count_of<int>(slot) : -1,
          .code = text_of(member(value, "code")),
          .value = text_of(member(value, "value")),
          .hint = text_of(member(value, "hint")),
          .warning = warning};
}

// Reads a list of issues and how many there are in all.
std::uint64_t read_issues(const json& from, const char* list, const char* total,
                          bool warnings, std::vector<sheet_issue>& out) {
  if (const auto& issues = member(from, list); issues.is_array())
    for (const auto& each : issues)
      out.push_back(issue_from(each, warnings));
  return std::max<std::uint64_t>(count_of(member(from, total)), out.size());
}

sheet_summary sheet_from(const json& from) {
  sheet_summary out;
  out.errors_total =
    read_issues(from, "errors", "errors_total", false, out.errors);
  out.warnings_total =
    read_issues(from, "warnings", "warnings_total", true, out.warnings);
  return out;
}

job_counters counters_from(const json& job) {
  const auto& progress = member(job, "progress");
  const auto& bytes = member(job, "bytes");
  job_counters out;
  out.done = count_of(member(progress, "done"));
  out.kept_original = count_of(member(progress, "kept_original"));
  out.failed = count_of(member(progress, "failed"));
  out.skipped = count_of(member(progress, "skipped"));
  out.canceled = count_of(member(progress, "canceled"));
  out.bytes_in = count_of(member(bytes, "in"));
  out.bytes_out = count_of(member(bytes, "out"));
  if (const auto& failures = member(job, "failures"); failures.is_object())
    for (const auto& [word, count] : failures.items())
      out.failures[word] = count_of(count);
  return out;
}

// Why a job failed: a text, or a code and a detail.
std::string why_from(const json& job) {
  const auto& error = member(job, "error");
  const auto code = text_of(member(error, "code"));
  const auto detail = text_of(member(error, "detail"));
  if (error.is_string())
    return text_of(error);
  return code + (code.empty() || detail.empty() ? "" : ": ") + detail;
}

std::optional<job_answer> job_from(const json& job) {
  const auto id = text_of(member(job, "id"));
  const auto state = state_from(text_of(member(job, "state")));
  if (id.empty() || !state)
    return std::nullopt;
  const auto& progress = member(job, "progress");
  const auto& images = member(job, "images");
  const auto& rate = member(member(job, "rate"), "images_per_s");
  return job_answer{
    .figures = {.id = id,
                .state = *state,
                .why = why_from(job),
                .totals = {.rows =
                             small_count_of<std::uint32_t>(member(job, "rows")),
                           .slots =
                             std::max(count_of(member(progress, "total")),
                                      count_of(member(images, "total"))),
                           .unique = count_of(member(images, "unique"))},
                .counters = counters_from(job)},
    .name = text_of(member(job, "name")),
    .attempt = count_of(member(job, "attempt")),
    .active = count_of(member(progress, "active")),
    .pending = count_of(member(progress, "pending")),
    .images_per_s = rate.is_number() ? rate.get<double>() : 0,
    .waiting_for = text_of(member(job, "waiting_for")),
    .created_at = text_of(member(job, "created_at")),
    .started_at = text_of(member(job, "started_at")),
    .finished_at = text_of(member(job, "finished_at")),
    .sheet = sheet_from(job)};
}

// Returns the list in a page; null: there is none. The contract gives its
// member no name.
const json& list_in(const json& page) {
  static const json none;
  if (page.is_object())
    for (const auto& each : page)
      if (each.is_array())
        return each;
  return none;
}

caf::error not_understood() {
  return make_error(errc::connect, "the answer is none of a Pixmill server");
}

} // namespace

caf::expected<job_answer> read_job(std::string_view text) {
  if (auto job = job_from(parsed(text)))
    return std::move(*job);
  return not_understood();
}

caf::expected<job_page> read_job_page(std::string_view text) {
  const auto document = parsed(text);
  const auto& list = list_in(document);
  if (!list.is_array())
    return not_understood();
  job_page out;
  for (const auto& each : list) {
    auto job = job_from(each);
    if (!job)
      return not_understood();
    out.jobs.push_back(std::move(*job));
  }
  out.next_cursor = text_of(member(document, "next_cursor"));
  return out;
}

caf::expected<delivery_page> read_deliveries(std::string_view text) {
  const auto document = parsed(text);
  const auto& list = member(document, "deliveries");
  if (!list.is_array())
    return not_understood();
  delivery_page out;
  for (const auto& each : list) {
    auto& event = out.events.emplace_back();
    event.id = text_of(member(each, "id"));
    event.type = text_of(member(each, "type"));
    event.state = text_of(member(each, "state"));
    event.created_at = text_of(member(each, "created_at"));
    event.next_attempt_at = text_of(member(each, "next_attempt_at"));
    const auto& attempts = member(each, "attempts");
    if (!attempts.is_array() || attempts.empty())
      continue;
    event.attempts = attempts.size();
    const auto& last = attempts.back();
    event.last_result = text_of(member(member(last, "error"), "code"));
    if (event.last_result.empty())
      event.last_result = std::to_string(count_of(member(last, "status")));
  }
  out.next_cursor = text_of(member(document, "next_cursor"));
  return out;
}

caf::expected<webhook_test_answer> read_webhook_test(std::string_view text) {
  const auto document = parsed(text);
  const auto& delivered = member(document, "delivered");
  if (!delivered.is_boolean())
    return not_understood();
  return webhook_test_answer{.delivered = delivered.get<bool>(),
                             .why = why_from(document)};
}

std::string problem::line() const {
  auto out = title;
  if (!detail.empty())
    out += ": " + detail;
  if (!code.empty())
    out += " (" + code + ")";
  return out;
}

problem read_problem(std::string_view text, int status) {
  const auto document = parsed(text);
  problem out{.title = text_of(member(document, "title")),
              .detail = text_of(member(document, "detail")),
              .code = text_of(member(document, "code")),
              .sheet = sheet_from(document)};
  if (out.title.empty())
    out.title = "the server answers HTTP " + std::to_string(status);
  return out;
}

bool is_json(std::string_view text) {
  return json::accept(text);
}

} // namespace pixmill::cli
