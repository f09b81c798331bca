#include "http/early_refusal.hpp"

#include <string_view>

#include <httplib.h>

#include "http/answer.hpp"
#include "http/gate_refusal.hpp"
#include "http/request_framing_rules.hpp"
#include "http/routes.hpp"

namespace pixmill::http {
namespace {

std::string_view field_of(const request_head& head, std::string_view name) {
  for (const auto& field : head.fields)
    if (same_word(field.name, name))
      return field.value;
  return {};
}

bool takes_a_sheet(const request_head& head, std::string_view path) {
  return head.method == "POST" && (path == "/v1/jobs" || path == "/upload");
}

bool hands_in(const request_head& head, std::string_view path) {
  return head.method == "PUT" && path.starts_with("/v1/internal/images/");
}

// What is known of the queue. A request that may be a repetition is not
// refused here: it is answered with its job, full or not.
std::optional<problem> refused_sheet(route_context& context,
                                     const request_head& head) {
  if (context.submissions >= context.settings.max_submissions)
    return too_many_submissions();
  if (!field_of(head, "Idempotency-Key").empty())
    return std::nullopt;
  const auto whose = context.access.caller_of(field_of(head, "Authorization"));
  if (auto full = context.head.room(whose.tenant))
    return problem_of(full);
  return std::nullopt;
}

std::string whole_answer(const problem& what, const verdict& said) {
  auto fields = said.fields;
  fields.push_back({"Cache-Control", "no-store"});
  if (what.retry_after_s > 0)
    fields.push_back({"Retry-After", std::to_string(what.retry_after_s)});
  return problem_answer(what.status, fields, to_json(what, said.more));
}

} // namespace

std::optional<std::string> early_refusal(route_context& context,
                                         const request_head& head) {
  const auto path =
    httplib::detail::decode_url(std::string{head.path()}, false);
  auto said =
    context.access.foresee({.method = head.method,
                            .path = path,
                            .authorization = field_of(head, "Authorization"),
                            .host = field_of(head, "Host"),
                            .origin = field_of(head, "Origin")});
  if (!said.refused && takes_a_sheet(head, path))
    said.refused = refused_sheet(context, head);
  // A stranger's body is not kept, not even for a moment.
  if (!said.refused && hands_in(head, path))
    said.refused = refused_upload(context, field_of(head, "Authorization"),
                                  head.content_length);
  if (!said.refused)
    return std::nullopt;
  return whole_answer(*said.refused, said);
}

} // namespace pixmill::http
