#include "http/result_routes.hpp"

#include <memory>
#include <utility>

#include <httplib.h>

#include "http/answer.hpp"

namespace pixmill::http {
namespace {

const char* content_type_of(result_kind kind) {
  if (kind == result_kind::zip)
    return "application/zip";
  return kind == result_kind::jsonl ? "application/x-ndjson"
                                    : "text/csv; charset=utf-8";
}

// Sends a download piece by piece. What goes wrong on the way ends the
// connection: a chunked answer without its end is no whole answer.
void stream(httplib::Response& response, result_kind kind,
            std::unique_ptr<text_source> source) {
  struct download {
    std::unique_ptr<text_source> source;
    std::string text;
  };
  auto state =
    std::make_shared<download>(download{std::move(source), std::string{}});
  response.set_chunked_content_provider(
    content_type_of(kind), [state](std::size_t, httplib::DataSink& sink) {
      const auto more = state->source->next(state->text);
      if (!more)
        return false;
      const bool sent = state->text.empty()
                        || sink.write(state->text.data(), state->text.size());
      state->text.clear();
      if (sent && !*more)
        sink.done();
      return sent;
    });
}

} // namespace

void send_results(route_context& context, const httplib::Request& request,
                  httplib::Response& response, result_kind kind,
                  const std::string& name) {
  const auto id = request.matches[1].str();
  auto status = find_job(context, request, id);
  if (!status)
    return send_problem(response, problem_of(status.error()));
  const auto& job = status->record;
  if (!is_terminal(job.state) && request.get_param_value("partial") != "true")
    return send_problem(response,
                        {409, "not-finished", "The job has not finished",
                         "it is " + std::string{to_string(job.state)}
                           + "; ?partial=true gives what there is",
                         0});
  response.set_header("Cache-Control", "no-store");
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("Content-Disposition",
                      "attachment; filename=\"" + id + "-" + name + "\"");
  stream(response, kind,
         context.head.results(
           job, {.kind = kind,
                 .full = request.get_param_value("report") == "full",
                 .csv_safe = request.get_param_value("csv_safe") == "true",
                 .base_url = context.settings.public_url}));
}

void add_result_routes(httplib::Server& server, route_context& context) {
  const auto add = [&](const std::string& name, result_kind kind) {
    auto pattern = name;
    pattern.replace(pattern.find('.'), 1, "\\.");
    server.Get("/v1/jobs/([^/]+)/" + pattern,
               [&context, name, kind](const auto& request, auto& response) {
                 send_results(context, request, response, kind, name);
               });
  };
  add("results.csv", result_kind::results_csv);
  add("results.jsonl", result_kind::jsonl);
  add("results.zip", result_kind::zip);
  add("failed.csv", result_kind::failed_csv);
}

} // namespace pixmill::http
