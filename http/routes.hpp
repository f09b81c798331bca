#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "http/access_control.hpp"
#include "http/actor_survey.hpp"
#include "http/backend.hpp"
#include "http/request_keys.hpp"
#include "http/service_settings.hpp"
#include "http/sheet_check.hpp"

namespace httplib {
class Server;
struct Request;
struct Response;
} // namespace httplib

/// The routes of the contract (section "HTTP API v1"), by subject.
namespace pixmill::http {

/// What all routes share; outlives the server.
struct route_context {
  backend& head;
  service_settings settings; ///< `public_url` is set.
  access_control access{settings};
  request_keys keys{};
  sheet_room checks{"/var/tmp"};
  survey_log looks{};                        ///< At the actors.
  std::atomic<std::uint32_t> submissions{0}; ///< Being taken in now.
  std::atomic<bool> draining{false};         ///< Whoever waits is answered.
};

/// Returns who makes a request that was let through.
caller caller_of(const route_context& context, const httplib::Request& request);

/// Returns the job that a request names, if its sender may know of it: every
/// route under `/v1/jobs/{id}` goes through here.
/// @retval errc::no_such_job There is none, or none of its sender's.
/// @retval errc::job_gone    There was one of its sender's.
caf::expected<actors::job_status> find_job(route_context& context,
                                           const httplib::Request& request,
                                           const std::string& id);

/// Returns the item that a request names with its job, found as by `find_job`;
/// nothing: it has been answered why not.
std::optional<item> find_item(route_context& context,
                              const httplib::Request& request,
                              httplib::Response& response);

/// All routes that follow; each is described in `openapi.json`.
void add_routes(httplib::Server& server, route_context& context);

/// `GET /openapi.json` and `GET /docs`.
void add_description_routes(httplib::Server& server, route_context& context);

/// `GET /console` and the files of that page.
void add_console_routes(httplib::Server& server, route_context& context);

/// `POST /v1/jobs` and `POST /v1/validate`.
void add_submission_routes(httplib::Server& server, route_context& context);

/// `GET /v1/jobs`, a job's status, commands to it, and its end.
void add_job_routes(httplib::Server& server, route_context& context);

/// `GET /v1/jobs/{id}/items`, `/items/{item}` and `/rows`.
void add_item_routes(httplib::Server& server, route_context& context);

/// `GET /v1/jobs/{id}/items/{item}/source`.
void add_source_routes(httplib::Server& server, route_context& context);

/// `GET /v1/jobs/{id}/events`.
void add_event_routes(httplib::Server& server, route_context& context);

/// `results.csv`, `results.jsonl`, `results.zip` and `failed.csv`.
void add_result_routes(httplib::Server& server, route_context& context);

/// Tokens: made, listed, revoked.
void add_token_routes(httplib::Server& server, route_context& context);

/// `GET /v1/files/{sha256}/{name}`.
void add_file_routes(httplib::Server& server, route_context& context);

/// `/upload`, `/status/{id}` and `/download/{id}`, if `settings.compat`.
void add_compat_routes(httplib::Server& server, route_context& context);
/// `GET /v1/jobs/{id}/deliveries`, `GET /v1/deliveries`, `POST
/// /v1/deliveries/{id}/replay` and `POST /v1/webhooks/test`.
void add_webhook_routes(httplib::Server& server, route_context& context);

/// `GET /v1/nodes`, `POST /v1/nodes/{id}/drain` and `/undrain`.
void add_node_routes(httplib::Server& server, route_context& context);

/// `PUT /v1/internal/images/{sha256}.{ext}`: what workers hand in.
void add_handing_in_routes(httplib::Server& server, route_context& context);

/// Returns why what a node hands in is not taken; nothing: it is.
/// @param authorization Holds its permit; see `task_permits`.
/// @param length        Of its body, where it is known.
std::optional<problem> refused_upload(route_context& context,
                                      std::string_view authorization,
                                      std::optional<std::uint64_t> length);

/// Actors: listed, looked into, ended.
void add_actor_routes(httplib::Server& server, route_context& context);

/// Messages of actors, followed for a while.
void add_trace_routes(httplib::Server& server, route_context& context);

/// Overview, history, errors, origins, audit log and settings.
void add_operation_routes(httplib::Server& server, route_context& context);

/// `/healthz` and `/readyz`, and what is said of routes that do not exist.
void add_service_routes(httplib::Server& server, route_context& context);

} // namespace pixmill::http
