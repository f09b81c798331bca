#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/actor_json.hpp"
#include "http/answer.hpp"
#include "http/missing_actor.hpp"
#include "http/routes.hpp"

namespace pixmill::http {
namespace {

using namespace std::chrono_literals;
using json = nlohmann::json;
using clock = std::chrono::steady_clock;

constexpr std::int64_t most_messages = 10'000;
constexpr std::int64_t most_seconds = 300;
// How soon a drain, or a client that has left, is noticed.
constexpr auto longest_wait = 250ms;
constexpr auto heartbeat_interval = 15s;

struct trace_wish {
  std::int64_t limit = 100;
  std::int64_t seconds = 10;
  bool whole_job = false;
};

// Reads a member that may be left out; false: it is not what is wanted.
bool read_count(const json& body, const char* name, std::int64_t most,
                std::int64_t& out) {
  if (!body.contains(name))
    return true;
  if (!body[name].is_number_integer())
    return false;
  out = body[name].get<std::int64_t>();
  return out >= 1 && out <= most;
}

std::optional<trace_wish> wish_in(const std::string& text) {
  trace_wish out;
  if (text.empty())
    return out;
  const auto body = json::parse(text, nullptr, false);
  if (!body.is_object())
    return std::nullopt;
  for (const auto& [name, value] : body.items())
    if (name != "limit" && name != "seconds" && name != "whole_job")
      return std::nullopt;
  if (body.contains("whole_job")) {
    if (!body["whole_job"].is_boolean())
      return std::nullopt;
    out.whole_job = body["whole_job"].get<bool>();
  }
  if (!read_count(body, "limit", most_messages, out.limit)
      || !read_count(body, "seconds", most_seconds, out.seconds))
    return std::nullopt;
  return out;
}

void begin_trace(route_context& context, const httplib::Request& request,
                 httplib::Response& response) {
  const auto text = request.matches[1].str();
  const auto wish = wish_in(request.body);
  if (!wish)
    return send_problem(response,
                        {422, "option-invalid", "An option is not valid",
                         R"({"limit": 1 to 10000, "seconds": 1 to 300, )"
                         R"("whole_job": true or false} is wanted)",
                         0});
  const auto address = actor_address_from(text);
  const auto inside =
    address ? context.head.inside().actor(*address) : std::nullopt;
  if (!inside)
    return send_missing_actor(response, text,
                              context.looks.add(context.head.inside().actors(),
                                                survey_log::longest,
                                                survey_log::clock::now()));
  const bool whole_job = wish->whole_job && !inside->report.job.empty();
  const auto id = new_id("trc_", unix_now());
  const telemetry::trace_order order{
    .actor = whole_job ? 0 : address->id,
    .job = whole_job ? inside->report.job : std::string{},
    .limit = static_cast<std::size_t>(wish->limit),
    .time = std::chrono::seconds{wish->seconds}};
  if (!context.head.inside().trace(id, address->node, order))
    return send_problem(response,
                        {429, "too-many-traces", "As many traces run as may",
                         "one of them ends soon", 1});
  json body{{"id", id},
            {"links", {{"events", "/v1/traces/" + id + "/events"}}}};
  send_json(response, 202, body.dump());
}

/// A trace on its way to one listener.
class trace_stream {
public:
  trace_stream(route_context& context, std::string id)
      : context_{context}, id_{std::move(id)} {}

  /// Sends what there is, or waits a moment.
  /// @returns False when the listener is gone.
  bool go_on(httplib::DataSink& sink) {
    if (!sink.is_writable())
      return false;
    const auto part = context_.head.inside().traced(id_, seen_, longest_wait);
    std::string text;
    if (part) {
      for (const auto& each : part->messages)
        append(text, "message", to_json(each.message, each.node));
      seen_ += part->messages.size();
    }
    const auto end = !part               ? std::optional{"time"}
                     : part->end         ? std::optional{to_string(*part->end)}
                     : context_.draining ? std::optional{"stopped"}
                                         : std::nullopt;
    if (end)
      append(text, "end", json{{"reason", *end}}.dump());
    else if (text.empty() && clock::now() >= last_sent_ + heartbeat_interval)
      text = ": \n\n";
    if (!text.empty() && !send(sink, text))
      return false;
    if (end)
      sink.done();
    return true;
  }

private:
  static void append(std::string& text, std::string_view event,
                     const std::string& data) {
    text.append("event: ").append(event).append("\ndata: ");
    text.append(data).append("\n\n");
  }

  bool send(httplib::DataSink& sink, const std::string& text) {
    last_sent_ = clock::now();
    return sink.write(text.data(), text.size());
  }

  route_context& context_;
  std::string id_;
  std::size_t seen_ = 0;
  clock::time_point last_sent_ = clock::now();
};

void send_trace(route_context& context, const httplib::Request& request,
                httplib::Response& response) {
  const auto id = request.matches[1].str();
  if (!context.head.inside().traced(id, 0, 0ms))
    return send_problem(response,
                        {404, "no-such-trace", "There is no such trace",
                         id + ": none, or none any more", 0});
  response.set_header("Cache-Control", "no-store");
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("X-Accel-Buffering", "no");
  auto stream = std::make_shared<trace_stream>(context, id);
  response.set_chunked_content_provider(
    "text/event-stream", [stream](std::size_t, httplib::DataSink& sink) {
      return stream->go_on(sink);
    });
}

} // namespace

void add_trace_routes(httplib::Server& server, route_context& context) {
  server.Post("/v1/actors/([^/]+)/trace",
              [&context](const httplib::Request& request, auto& response) {
                begin_trace(context, request, response);
              });
  server.Get("/v1/traces/([^/]+)/events",
             [&context](const auto& request, auto& response) {
               send_trace(context, request, response);
             });
}

} // namespace pixmill::http
