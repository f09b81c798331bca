#include "actors/inspector.hpp"

#include <utility>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/protocol.hpp"
#include "actors/tracking.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::actors {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::steady_clock;

// An entry of the registry leaves it before its actor's control block goes, and
// cannot leave while it is visited. The actor may be past its last reference
// already; then it is none any more.
caf::strong_actor_ptr actor_behind(const telemetry::actor_record& record) {
  auto* block = static_cast<caf::actor_control_block*>(record.handle());
  if (block == nullptr || !caf::intrusive_ptr_upgrade_weak(block))
    return nullptr;
  return {block, false};
}

} // namespace

std::vector<actor_report> inspector::list() {
  std::vector<actor_report> out;
  auto seen = telemetry::actor_registry::instance().snapshot(most_actors);
  out.reserve(seen.size());
  for (auto& each : seen)
    out.push_back(to_report(std::move(each)));
  return out;
}

std::optional<inspector::found_actor> inspector::find(std::uint64_t id) {
  found_actor out;
  const bool lives = telemetry::actor_registry::instance().visit(
    id, [&](const telemetry::actor_record& record) {
      out.seen.report = to_report(record.snapshot());
      out.seen.detail = record.detail();
      out.whom = actor_behind(record);
    });
  return lives ? std::optional{std::move(out)} : std::nullopt;
}

std::optional<actor_report> inspector::report(std::uint64_t id) {
  std::optional<actor_report> out;
  telemetry::actor_registry::instance().visit(
    id, [&](const telemetry::actor_record& record) {
      out = to_report(record.snapshot());
    });
  return out;
}

std::optional<inspector::inside>
inspector::look(std::uint64_t id, std::chrono::milliseconds patience) const {
  auto found = find(id);
  if (!found)
    return std::nullopt;
  auto out = std::move(found->seen);
  if (!found->whom)
    return out;
  caf::scoped_actor self{*system_};
  const auto asked = steady_clock::now();
  self
    ->request<caf::message_priority::high>(
      caf::actor_cast<caf::actor>(found->whom), patience, atom::inspect::value)
    .receive(
      [&](const actor_report& answer) {
        out.answered = true;
        out.took = duration_cast<microseconds>(steady_clock::now() - asked);
        out.mailbox = answer.mailbox;
      },
      [](const caf::error&) {
        // It is busy, or has ended: then the answer says so.
      });
  // What it is at may have changed while it was asked.
  if (auto now = report(id))
    out.report = std::move(*now);
  return out;
}

bool inspector::kill(std::uint64_t id) {
  caf::strong_actor_ptr whom;
  telemetry::actor_registry::instance().visit(
    id, [&](const telemetry::actor_record& record) {
      whom = actor_behind(record);
    });
  if (whom)
    caf::anon_send_exit(whom, caf::exit_reason::kill);
  return whom != nullptr;
}

} // namespace pixmill::actors
