#include "http/problem.hpp"

#include <nlohmann/json.hpp>

#include "model/errc.hpp"

namespace pixmill::http {
namespace {

constexpr int full_disk_retry_s = 30;
constexpr int trouble_retry_s = 5;
constexpr int full_queue_retry_s = 10;

} // namespace

problem problem_of(const caf::error& reason) {
  auto detail = context_of(reason);
  switch (code_of(reason, errc::none)) {
  case errc::no_such_job:
    return {404, "no-such-job", "There is no such job", std::move(detail)};
  case errc::no_such_delivery:
    return {404, "no-such-delivery", "There is no such delivery",
            std::move(detail)};
  case errc::no_such_node:
    return {404, "no-such-node", "There is no such node", std::move(detail)};
  case errc::node_ambiguous:
    return {409, "node-ambiguous", "Several nodes have this name",
            detail + ": use the id that /v1/nodes shows"};
  case errc::rate_limited:
    return {429, "rate-limited", "This was asked for too often",
            std::move(detail), trouble_retry_s};
  case errc::job_gone:
    return {410, "gone", "The job has been erased", std::move(detail)};
  case errc::wrong_state:
    return {409, "wrong-state", "The job's state does not allow this",
            std::move(detail)};
  case errc::option_invalid:
    return {422, "option-invalid", "An option is not valid", std::move(detail)};
  case errc::too_large:
    return {413, "too-large", "The request is too large", std::move(detail)};
  case errc::queue_full:
    return {503, "queue-full", "As many jobs wait as may", std::move(detail),
            full_queue_retry_s};
  case errc::tenant_queue_full:
    return {429, "tenant-queue-full", "As many jobs of this tenant wait as may",
            std::move(detail), full_queue_retry_s};
  case errc::disk_full:
    return {507, "disk-full", "Nothing is accepted until there is space again",
            std::move(detail), full_disk_retry_s};
  case errc::store:
  case errc::store_unavailable:
  case errc::interrupted:
    return {503, "unavailable", "The service cannot do this now",
            std::move(detail), trouble_retry_s};
  default:
    return {500, "internal", "Something went wrong inside", std::move(detail)};
  }
}

problem too_many_submissions() {
  return {503, "too-many-submissions",
          "Too many submissions are being taken in", "", 1};
}

std::string to_json(const problem& what, std::string_view more) {
  const nlohmann::ordered_json body{{"type", "/problems/" + what.code},
                                    {"title", what.title},
                                    {"status", what.status},
                                    {"code", what.code},
                                    {"detail", what.detail}};
  // What is no UTF-8 is replaced: details quote what strangers sent.
  auto text =
    body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  if (!more.empty()) {
    text.back() = ',';
    text += more;
    text += '}';
  }
  return text;
}

} // namespace pixmill::http
