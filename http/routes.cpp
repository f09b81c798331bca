#include "http/routes.hpp"

namespace pixmill::http {

void add_routes(httplib::Server& server, route_context& context) {
  add_service_routes(server, context);
  add_description_routes(server, context);
  add_console_routes(server, context);
  add_submission_routes(server, context);
  add_job_routes(server, context);
  add_item_routes(server, context);
  add_source_routes(server, context);
  add_event_routes(server, context);
  add_result_routes(server, context);
  add_file_routes(server, context);
  add_webhook_routes(server, context);
  add_token_routes(server, context);
  add_node_routes(server, context);
  add_handing_in_routes(server, context);
  add_actor_routes(server, context);
  add_trace_routes(server, context);
  add_operation_routes(server, context);
  add_compat_routes(server, context);
}

} // namespace pixmill::http
