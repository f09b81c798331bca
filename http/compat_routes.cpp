#include <utility>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/answer.hpp"
#include "http/multipart_submission.hpp"
#include "http/query_options.hpp"
#include "http/result_routes.hpp"
#include "http/submission_routes.hpp"
#include "model/errc.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

const char* plain_word(job_state state) {
  switch (state) {
  case job_state::queued:
    return "pending";
  case job_state::running:
  case job_state::paused:
  case job_state::canceling:
    return "processing";
  case job_state::completed:
  case job_state::completed_with_errors:
    return "completed";
  case job_state::failed:
  case job_state::canceled:
    return "failed";
  }
  return "failed";
}

json beginning_of(const job_record& job) {
  return {
    {"request_id", job.id}, {"id", job.id}, {"status", plain_word(job.state)}};
}

caf::expected<received> receive_plain(const httplib::Request& request,
                                      const httplib::ContentReader& reader,
                                      csv_sink& to) {
  auto form = read_multipart(reader, to,
                             {.file = {"file", "csv"}, .text = "webhook_url"});
  if (!form)
    return std::move(form.error());
  // What is no UTF-8 is replaced here, and refused there.
  auto query = request.params;
  if (!form->text.empty())
    query.emplace("webhook", json{{"url", form->text}}.dump(
                               -1, ' ', false, json::error_handler_t::replace));
  auto parsed = parse_query_options(query);
  if (!parsed)
    return std::move(parsed.error());
  return received{std::move(*parsed), std::move(form->source)};
}

void upload(route_context& context, const httplib::Request& request,
            httplib::Response& response, const httplib::ContentReader& reader) {
  if (!request.is_multipart_form_data())
    return send_problem(response, {415, "unsupported-media-type",
                                   "This media type is not taken",
                                   "multipart/form-data is", 0});
  submit(
    context, request, response,
    [&](submission& to) { return receive_plain(request, reader, to); },
    [](const submitted& done) {
      return beginning_of(done.job->record).dump();
    });
}

void send_plain_status(route_context& context, const httplib::Request& request,
                       httplib::Response& response) {
  auto status = find_job(context, request, request.matches[1].str());
  if (!status)
    return send_problem(response, problem_of(status.error()));
  const auto& counters = status->counters;
  auto out = beginning_of(status->record);
  out["done"] = counters.done + counters.kept_original;
  out["failed"] = counters.failed + counters.skipped + counters.canceled;
  out["total"] = status->record.totals.slots;
  send_json(response, 200, out.dump());
}

} // namespace

void add_compat_routes(httplib::Server& server, route_context& context) {
  if (!context.settings.compat)
    return;
  server.Post("/upload", [&context](const httplib::Request& request,
                                    httplib::Response& response,
                                    const httplib::ContentReader& reader) {
    upload(context, request, response, reader);
  });
  server.Get("/status/([^/]+)",
             [&context](const auto& request, auto& response) {
               send_plain_status(context, request, response);
             });
  server.Get("/download/([^/]+)",
             [&context](const auto& request, auto& response) {
               send_results(context, request, response,
                            result_kind::results_csv, "results.csv");
             });
}

} // namespace pixmill::http
