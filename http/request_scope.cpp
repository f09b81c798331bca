#include "http/request_scope.hpp"

#include <algorithm>

#include <httplib.h>

#include "http/request_metrics.hpp"
#include "http/route_pattern.hpp"
#include "model/job.hpp"
#include "model/trace_parent.hpp"

namespace pixmill::http {
namespace {

using telemetry::log_level;

constexpr std::size_t longest_id = 128;

thread_local request_scope* innermost = nullptr;

bool is_sane(std::string_view id) {
  constexpr std::string_view marks = "-_.:";
  return !id.empty() && id.size() <= longest_id
         && std::all_of(id.begin(), id.end(), [&](char c) {
              return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
                     || (c >= 'A' && c <= 'Z') || marks.find(c) != marks.npos;
            });
}

// The job of a path below /v1/jobs/.
std::string_view job_in(std::string_view path) {
  constexpr std::string_view before = "/v1/jobs/";
  if (!path.starts_with(before))
    return {};
  path.remove_prefix(before.size());
  return path.substr(0, path.find('/'));
}

// Machines ask for these every few seconds.
bool is_probe(std::string_view path) {
  return path == "/healthz" || path == "/readyz" || path == "/metrics";
}

} // namespace

request_scope::request_scope() : outer_{innermost} {
  innermost = this;
}

request_scope::~request_scope() {
  innermost = outer_;
  if (status_ == 0)
    return; // Nothing was sent.
  const auto took = clock::now() - begun_;
  request_metrics::instance().count(method_, route_of(path_), status_, took);
  const auto level = is_probe(path_) ? log_level::debug : log_level::info;
  if (!telemetry::logs_access() || !telemetry::is_logged(level))
    return;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took);
  telemetry::log(level, whole_ ? "request" : "request broke off",
                 {{"method", method_},
                  {"path", target_},
                  {"status", static_cast<unsigned>(status_)},
                  {"bytes", bytes_},
                  {"ms", static_cast<std::uint64_t>(ms.count())},
                  {"token", token_},
                  {"job", job_}});
}

request_scope* request_scope::current() noexcept {
  return innermost;
}

void request_scope::note_token(std::string_view id) {
  token_ = id;
}

void request_scope::note_job(std::string_view id) {
  job_ = id;
}

void request_scope::answered(std::uint64_t bytes, bool whole) noexcept {
  bytes_ = bytes;
  whole_ = whole;
}

void name_request(const httplib::Request& request) {
  auto* scope = request_scope::current();
  if (scope == nullptr)
    return;
  const auto given = request.get_header_value("X-Request-Id");
  scope->id_ = is_sane(given) ? given : new_id("req_", unix_now());
  scope->log_.add({"request_id", scope->id_});
  if (const auto parent =
        trace_parent::parse(request.get_header_value("traceparent"))) {
    scope->trace_parent_ = parent->str();
    scope->log_.add({"trace_id", parent->trace_id()});
  }
  scope->method_ = request.method;
  scope->path_ = request.path;
  scope->target_ = telemetry::loggable_url(request.target);
  scope->job_ = job_in(request.path);
}

void name_answer(const httplib::Request&, httplib::Response& response) {
  auto* scope = request_scope::current();
  if (scope == nullptr)
    return;
  if (scope->id_.empty()) // Refused before it could be read.
    scope->id_ = new_id("req_", unix_now());
  scope->status_ = response.status;
  response.set_header("X-Request-Id", scope->id_);
}

} // namespace pixmill::http
