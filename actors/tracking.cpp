#include "actors/tracking.hpp"

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <typeinfo>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/atom.hpp>
#include <caf/local_actor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/type_nr.hpp>
#include <caf/uniform_type_info_map.hpp>

namespace pixmill::actors {
namespace {

// Names that live as long as the process; there are a few dozen.
const char* kept(const std::string& name) {
  static std::mutex mutex;
  static std::set<std::string> names;
  const std::lock_guard lock{mutex};
  return names.insert(name).first->c_str();
}

std::string plain_name(std::string name) {
  if (name == "@str")
    return "text";
  if (const auto at = name.find_last_of(":");
      at != std::string::npos && name.find('<') == name.npos)
    name.erase(0, at + 1);
  // So are messages called that never leave their node: by their mangled type.
  if (const auto at = name.find_last_of("0123456789");
      name.starts_with("N7pixmill") && at != std::string::npos) {
    name.erase(0, at + 1);
    if (name.ends_with('E'))
      name.pop_back();
  }
  return name;
}

} // namespace

telemetry::message_kind message_of(caf::local_actor& self,
                                   const telemetry::actor_record& record) {
  const auto* element = self.current_mailbox_element();
  if (element == nullptr)
    return {};
  const auto& content = element->content();
  if (content.size() == 0)
    return {.key = 1, .name = "done"}; // The answer of a handler of `void`.
  const auto type = content.type(0);
  const bool is_atom = type.first == caf::type_nr<caf::atom_value>::value;
  const auto key =
    is_atom ? static_cast<std::uint64_t>(content.get_as<caf::atom_value>(0))
    : type.second != nullptr ? reinterpret_cast<std::uintptr_t>(type.second)
                             : std::uint64_t{type.first};
  if (const auto* known = record.name_of(key))
    return {.key = key, .name = known};
  if (is_atom)
    return {.key = key,
            .name = kept(to_string(content.get_as<caf::atom_value>(0)))};
  auto name = self.system().types().portable_name(type);
  if (name.empty() && type.second != nullptr)
    name = type.second->name();
  return {.key = key, .name = kept(plain_name(std::move(name)))};
}

std::string sender_of(caf::local_actor& self) {
  const auto& sender = self.current_sender();
  if (!sender)
    return {};
  const auto number = std::to_string(sender->id());
  return sender->node() == self.node()
           ? number
           : to_string(sender->node()) + ":" + number;
}

actor_report to_report(telemetry::actor_snapshot seen) {
  return {.id = seen.id,
          .parent = seen.parent,
          .kind = telemetry::to_string(seen.kind),
          .label = std::move(seen.label),
          .state = std::move(seen.state),
          .age_ms = seen.age.count(),
          .mailbox = seen.mailbox,
          .messages = seen.messages,
          .job = std::move(seen.job),
          .busy_ms = seen.busy.count(),
          .busy_total_us = seen.busy_total.count(),
          .bytes_held =
            seen.bytes_held ? static_cast<std::int64_t>(*seen.bytes_held) : -1};
}

} // namespace pixmill::actors
