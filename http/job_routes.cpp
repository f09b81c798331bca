#include "http/routes.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/answer.hpp"
#include "http/job_json.hpp"
#include "http/paging.hpp"
#include "model/errc.hpp"
#include "model/quantity.hpp"

namespace pixmill::http {
namespace {

using namespace std::chrono_literals;
using json = nlohmann::json;

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

constexpr auto longest_wait = 30s;
// How soon a drain is noticed.
constexpr clock::duration wait_step = 250ms;
constexpr auto ask_interval = 100ms;
// What a job does not tell of is looked at this often.
constexpr auto idle_ask_interval = 2s;

// Newest first; the cursor is the last id of the page before.
void list_jobs(route_context& context, const httplib::Request& request,
               httplib::Response& response) {
  const auto limit = page_size_of(request);
  if (!limit)
    return refuse_page_size(response);
  auto jobs = context.head.jobs();
  if (!jobs)
    return send_problem(response, problem_of(jobs.error()));
  const auto whose = caller_of(context, request);
  const auto cursor = request.get_param_value("cursor");
  const auto state = request.get_param_value("state");
  const auto name = request.get_param_value("name");
  std::vector<actors::job_status> page;
  bool more = false;
  for (auto job = jobs->rbegin(); job != jobs->rend(); ++job) {
    if (!whose.sees(job->tenant) || (!cursor.empty() && job->id >= cursor)
        || (!state.empty() && to_string(job->state) != state)
        || (!name.empty() && job->options.name.find(name) == std::string::npos))
      continue;
    if (page.size() == *limit) {
      more = true;
      break;
    }
    // One that has been purged meanwhile is left out.
    if (auto status = context.head.status(job->id))
      page.push_back(std::move(*status));
  }
  const auto next = more ? page.back().record.id : std::string{};
  if (more)
    link_next(request, response, next, {"limit", "state", "name"});
  const auto body = to_json(page, unix_now(), next);
  send_tagged_json(request, response, body, etag_of(body));
}

std::chrono::seconds wait_of(const httplib::Request& request) {
  const auto asked = parse_duration(request.get_param_value("wait"));
  return asked ? std::clamp(*asked, 0s, std::chrono::seconds{longest_wait})
               : 0s;
}

// Waits until there is news for somebody who knows `known`, an ETag, or who
// knows what `status` says; not beyond `until`.
void wait_for_news(route_context& context, const std::string& known,
                   clock::time_point until, job_watch& watch,
                   caf::expected<actors::job_status>& status) {
  const auto id = status->record.id;
  auto asked_at = clock::now();
  while (status && !context.draining && !is_terminal(status->record.state)) {
    // The tag leaves the rate out, so that time alone makes no news.
    const auto before = news_of(*status);
    if (!known.empty() && known != etag_of(before))
      return;
    // A busy job changes all the time, and is asked ten times a second.
    for (bool news = false; !news || clock::now() < asked_at + ask_interval;) {
      const auto now = clock::now();
      if (now >= until || context.draining)
        return;
      const auto left =
        std::chrono::ceil<milliseconds>(std::min(until - now, wait_step));
      if (news)
        std::this_thread::sleep_for(std::min(left, milliseconds{10}));
      else
        news = watch.wait(left) || now >= asked_at + idle_ask_interval;
    }
    asked_at = clock::now();
    status = context.head.status(id);
    if (status && news_of(*status) != before)
      return;
  }
}

void send_status(route_context& context, const httplib::Request& request,
                 httplib::Response& response) {
  const auto id = request.matches[1].str();
  const auto until = clock::now() + wait_of(request);
  const auto watch = request.has_param("wait") ? context.head.watch(id)
                                               : std::unique_ptr<job_watch>{};
  auto status = find_job(context, request, id);
  if (status && watch)
    wait_for_news(context, request.get_header_value("If-None-Match"), until,
                  *watch, status);
  if (!status)
    return send_problem(response, problem_of(status.error()));
  send_tagged_json(request, response, to_json(*status, unix_now()),
                   etag_of(news_of(*status)));
}

// Reads the filters of a retry; an empty body: all that failed.
bool read_filters(const std::string& body, actors::job_command& command) {
  if (body.empty())
    return true;
  const auto filters = json::parse(body, nullptr, false);
  if (!filters.is_object())
    return false;
  for (const auto& [name, value] : filters.items()) {
    const auto texts = [&, &given = value](std::vector<std::string>& out) {
      for (const auto& one : given)
        if (!one.is_string())
          return false;
      if (given.is_array())
        out = given.get<std::vector<std::string>>();
      return given.is_array();
    };
    const bool read = name == "codes" ? texts(command.codes)
                      : name == "hosts"
                        ? texts(command.hosts)
                        : name == "limit" && value.is_number_unsigned();
    if (!read)
      return false;
    if (name == "limit")
      command.limit = value.get<std::uint64_t>();
  }
  return true;
}

void send_command(route_context& context, actors::job_verb verb,
                  const httplib::Request& request,
                  httplib::Response& response) {
  actors::job_command command{.job = request.matches[1].str(),
                              .verb = verb,
                              .codes = {},
                              .hosts = {},
                              .limit = 0};
  if (verb == actors::job_verb::retry && !read_filters(request.body, command))
    return send_problem(response,
                        {422, "option-invalid", "An option is not valid",
                         "codes and hosts (lists of texts) and limit (a "
                         "number) are known",
                         0});
  // A settled job and one that never was are told apart.
  if (auto known = find_job(context, request, command.job); !known)
    return send_problem(response, problem_of(known.error()));
  auto status = context.head.command(std::move(command));
  if (!status)
    return send_problem(response, problem_of(status.error()));
  send_json(response, 202, to_json(*status, unix_now()));
}

void purge(route_context& context, const httplib::Request& request,
           httplib::Response& response) {
  const auto id = request.matches[1].str();
  if (auto known = find_job(context, request, id); !known)
    return send_problem(response, problem_of(known.error()));
  if (auto erased = context.head.erase(id); !erased)
    return send_problem(response, problem_of(erased.error()));
  response.status = 204;
}

} // namespace

caller caller_of(const route_context& context,
                 const httplib::Request& request) {
  return context.access.caller_of(request.get_header_value("Authorization"));
}

caf::expected<actors::job_status> find_job(route_context& context,
                                           const httplib::Request& request,
                                           const std::string& id) {
  auto status = context.head.status(id);
  // As if there were none: whose ids exist is nobody else's business.
  const auto who = caller_of(context, request);
  if (status && !who.sees(status->record.tenant))
    return make_error(errc::no_such_job, id);
  if (!status && code_of(status.error(), errc::store) == errc::no_such_job) {
    const auto owner = context.head.owner_of_erased(id);
    if (owner && *owner && who.sees(**owner))
      return make_error(errc::job_gone, id);
  }
  return status;
}

void add_job_routes(httplib::Server& server, route_context& context) {
  server.Get("/v1/jobs", [&context](const auto& request, auto& response) {
    list_jobs(context, request, response);
  });
  server.Get("/v1/jobs/([^/]+)",
             [&context](const auto& request, auto& response) {
               send_status(context, request, response);
             });
  server.Delete("/v1/jobs/([^/]+)",
                [&context](const httplib::Request& request, auto& response) {
                  purge(context, request, response);
                });
  const auto add = [&](const char* word, actors::job_verb verb) {
    server.Post(std::string{"/v1/jobs/([^/]+)/"} + word,
                [&context, verb](const httplib::Request& request,
                                 httplib::Response& response) {
                  send_command(context, verb, request, response);
                });
  };
  add("pause", actors::job_verb::pause);
  add("resume", actors::job_verb::resume);
  add("cancel", actors::job_verb::cancel);
  add("retry", actors::job_verb::retry);
}

} // namespace pixmill::http
