#pragma once

#include <string>
#include <string_view>

namespace httplib {
struct Request;
struct Response;
} // namespace httplib

/// The audit log: what was done through HTTP, by whom.
namespace pixmill::http {

struct route_context;

/// Returns what a request does that the log is to know of, such as
/// `actor.kill`; empty: nothing of that kind.
std::string audited_action(std::string_view method, std::string_view path);

/// Writes down what a request did, once it is known what came of it. Requests
/// that were refused before their route was asked are not written down.
void audit(route_context& context, const httplib::Request& request,
           const httplib::Response& response);

} // namespace pixmill::http
