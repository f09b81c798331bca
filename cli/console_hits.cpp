#include "cli/console_hits.hpp"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "cli/service.hpp"

namespace pixmill::cli {
namespace {

using json = nlohmann::json;

std::uint64_t number_in(const json& x, const char* name) {
  return x.is_object() && x.contains(name) && x[name].is_number_unsigned()
           ? x[name].get<std::uint64_t>()
           : 0;
}

json member(const json& x, const char* name) {
  return x.is_object() && x.contains(name) ? x[name] : json();
}

std::string counted(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string job_hits(const deed_target& target, const json& job) {
  const auto progress = member(job, "progress");
  const auto open =
    number_in(progress, "active") + number_in(progress, "pending");
  if (target.verb == "cancel")
    return "job " + target.id + " ends: " + counted(open, "image")
           + " will not be done";
  if (target.verb == "pause")
    return "job " + target.id + " stops: " + counted(open, "image")
           + " wait until it is resumed";
  return "job " + target.id + ": of "
         + counted(number_in(progress, "failed"), "failed image")
         + " those that match are tried again";
}

std::string node_hits(const deed_target& target, const json& answer) {
  for (const auto& node : member(answer, "nodes"))
    if (node.value("name", "") == target.id
        || node.value("id", "") == target.id)
      return "node " + target.id + " ends its "
             + counted(number_in(node, "used"), "image")
             + " under way and is given no more";
  return "node " + target.id + " is given no more work";
}

} // namespace

std::string path_of(const deed_target& target) {
  return target.verb == "drain" ? "/v1/nodes" : job_path(target.id);
}

std::string hits_of(const deed_target& target, std::string_view answer) {
  const auto parsed = json::parse(answer, nullptr, false);
  return (target.verb == "drain" ? node_hits(target, parsed)
                                 : job_hits(target, parsed))
         + "; it is done by: " + target.meant;
}

} // namespace pixmill::cli
