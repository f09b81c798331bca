#include "http/submission_routes.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/answer.hpp"
#include "http/job_json.hpp"
#include "http/json_submission.hpp"
#include "http/multipart_submission.hpp"
#include "http/query_options.hpp"
#include "model/errc.hpp"
#include "model/options.hpp"
#include "model/sheet_json.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

// A JSON body is read into memory; large sheets come as CSV.
constexpr std::size_t most_json_bytes = 32 << 20;

caf::error refused(std::string context) {
  return make_error(errc::option_invalid, std::move(context));
}

caf::expected<received> read_form(const httplib::ContentReader& reader,
                                  csv_sink& to) {
  auto form = read_multipart(reader, to, {.file = {"file"}, .text = "options"});
  if (!form)
    return std::move(form.error());
  auto options = parse_job_options(form->text.empty() ? "{}" : form->text);
  if (!options)
    return std::move(options.error());
  return received{std::move(*options), std::move(form->source)};
}

caf::expected<received> read_json(const httplib::ContentReader& reader,
                                  csv_sink& to) {
  std::string body;
  caf::error why;
  const bool whole = reader([&](const char* data, std::size_t size) {
    if (body.size() + size > most_json_bytes)
      why = make_error(errc::too_large, "a JSON submission is at most 32 MiB; "
                                        "send large sheets as text/csv");
    else
      body.append(data, size);
    return !why;
  });
  if (why)
    return why;
  if (!whole)
    return refused("the body could not be read");
  auto parsed = parse_json_submission(body);
  if (!parsed)
    return std::move(parsed.error());
  if (auto stopped = to.feed(parsed->csv))
    return stopped;
  return received{std::move(parsed->options), "request"};
}

caf::expected<received> read_csv(const httplib::Request& request,
                                 const httplib::ContentReader& reader,
                                 csv_sink& to) {
  auto options = parse_query_options(request.params);
  if (!options)
    return std::move(options.error());
  caf::error why;
  const bool whole = reader([&](const char* data, std::size_t size) {
    why = to.feed({data, size});
    return !why;
  });
  if (why)
    return why;
  if (!whole)
    return refused("the body could not be read");
  return received{std::move(*options), "request"};
}

// Which of the three forms a request has; the sheet goes to `to`.
caf::expected<received> receive(const httplib::Request& request,
                                const httplib::ContentReader& reader,
                                csv_sink& to) {
  if (request.is_multipart_form_data())
    return read_form(reader, to);
  if (request.get_header_value("Content-Type").starts_with("application/json"))
    return read_json(reader, to);
  return read_csv(request, reader, to);
}

bool is_known_form(const httplib::Request& request) {
  const auto type = request.get_header_value("Content-Type");
  const auto is = [&](const char* known) { return type.starts_with(known); };
  return request.is_multipart_form_data() || is("application/json")
         || is("text/csv") || is("text/plain") || is("application/gzip")
         || is("application/x-gzip") || is("application/octet-stream");
}

// The inside of the summary's object, to stand in a problem.
std::string members_of(const sheet_summary& sheet) {
  const auto seen = json::parse(to_json(sheet));
  const json members{{"errors_total", seen.at("errors_total")},
                     {"errors", seen.at("errors")},
                     {"warnings_total", seen.at("warnings_total")},
                     {"warnings", seen.at("warnings")}};
  const auto text = members.dump();
  return text.substr(1, text.size() - 2);
}

void send_invalid(httplib::Response& response, const sheet_summary& sheet) {
  if (!sheet.limit.empty())
    return send_problem(response,
                        {413, sheet.limit, "The CSV passes a limit",
                         "the limit is " + sheet.limit, 0},
                        members_of(sheet));
  send_problem(response,
               {422, "csv-invalid", "The CSV is not valid",
                std::to_string(sheet.errors_total)
                  + (sheet.errors_total == 1 ? " error" : " errors"),
                0},
               members_of(sheet));
}

// Counts a submission for as long as it lives.
class in_flight {
public:
  explicit in_flight(std::atomic<std::uint32_t>& count)
      : count_{count}, number_{++count} {}
  ~in_flight() {
    --count_;
  }
  in_flight(const in_flight&) = delete;
  in_flight& operator=(const in_flight&) = delete;

  /// How many there are, this one included, when it came.
  std::uint32_t number() const noexcept {
    return number_;
  }

private:
  std::atomic<std::uint32_t>& count_;
  const std::uint32_t number_;
};

} // namespace

void submit(route_context& context, const httplib::Request& request,
            httplib::Response& response, const receive_function& receive,
            const tell_function& tell) {
  const auto key = request.get_header_value("Idempotency-Key");
  if (!key.empty() && !is_request_key(key))
    return send_problem(
      response, problem_of(refused("Idempotency-Key: 1 to 255 printable "
                                   "ASCII characters are wanted")));
  const auto whose = caller_of(context, request);
  if (!whose.known) // Revoked since it was let through.
    return send_problem(
      response, {401, "token-unknown", "A token that counts is wanted", "", 0});
  const request_keys::holder holder{context.keys, whose.tenant, key};
  if (!holder.held())
    return send_problem(response,
                        {409, "request-in-flight",
                         "A request with this key is being answered", key, 1});
  const in_flight one_more{context.submissions};
  if (one_more.number() > context.settings.max_submissions)
    return send_problem(response, too_many_submissions());
  // Again when it is accepted; here it costs next to nothing. What was
  // accepted under this key is told of, full or not.
  if (auto full = context.head.room(whose.tenant)) {
    const auto known = context.head.submitted_as(whose.tenant, key);
    if (key.empty() || !known || !*known)
      return send_problem(response, problem_of(full));
  }
  submission incoming{context.head, whose.tenant,
                      context.settings.max_csv_bytes};
  auto got = receive(incoming);
  if (!got)
    return send_problem(response, problem_of(got.error()));
  auto done = incoming.finish(got->options, std::move(got->source), key);
  if (!done)
    return send_problem(response, problem_of(done.error()));
  if (done->key_reused)
    return send_problem(response,
                        {422, "idempotency-key-reused",
                         "This key was used for another submission", key, 0});
  if (!done->job)
    return send_invalid(response, done->sheet);
  response.set_header("Location", "/v1/jobs/" + done->job->record.id);
  send_json(response, 202, tell(*done));
}

namespace {

void submit_job(route_context& context, const httplib::Request& request,
                httplib::Response& response,
                const httplib::ContentReader& reader) {
  submit(
    context, request, response,
    [&](submission& to) { return receive(request, reader, to); },
    [](const submitted& done) {
      return to_json(*done.job, done.sheet, done.duplicate_of);
    });
}

void validate(route_context& context, const httplib::Request& request,
              httplib::Response& response,
              const httplib::ContentReader& reader) {
  sheet_check incoming{context.head, context.checks,
                       context.settings.max_csv_bytes};
  auto got = receive(request, reader, incoming);
  if (!got)
    return send_problem(response, problem_of(got.error()));
  const auto sheet = incoming.check(got->options);
  if (!sheet)
    return send_problem(response, problem_of(sheet.error()));
  if (!sheet->valid())
    return send_invalid(response, *sheet);
  send_json(response, 200, to_json(*sheet));
}

template <class Route>
void add(httplib::Server& server, const char* path, route_context& context,
         Route route) {
  server.Post(path, [&context, route](const httplib::Request& request,
                                      httplib::Response& response,
                                      const httplib::ContentReader& reader) {
    if (context.draining)
      return send_problem(response, {503, "draining", "The service is ending",
                                     "send it again in a moment", 5});
    if (is_known_form(request))
      return route(context, request, response, reader);
    send_problem(response,
                 {415, "unsupported-media-type", "This media type is not taken",
                  "multipart/form-data, text/csv and application/json are", 0});
  });
}

} // namespace

void add_submission_routes(httplib::Server& server, route_context& context) {
  add(server, "/v1/jobs", context, submit_job);
  add(server, "/v1/validate", context, validate);
}

} // namespace pixmill::http
