// What a head sees of the actors of its nodes: those of its own process in the
// registry, those of others through their INSPECTORs.

#include <chrono>
#include <utility>

#include "actors/node_inspector.hpp"
#include "cli/head_introspection.hpp"

namespace pixmill::cli {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

http::origin_view view_of(net::origin_load&& x) {
  return {.origin = std::move(x.origin),
          .active = x.active,
          .waiting = x.waiting,
          .limit = x.limit,
          .done = x.done,
          .errors = x.errors,
          .p50 = x.p50,
          .p99 = x.p99,
          .pause = x.pause};
}

http::origin_view view_of(actors::origin_load_view&& x) {
  return {.origin = std::move(x.origin),
          .active = x.active,
          .waiting = x.waiting,
          .limit = x.limit,
          .done = x.done,
          .errors = x.errors,
          .p50 = milliseconds{x.p50_ms},
          .p99 = milliseconds{x.p99_ms},
          .pause = milliseconds{x.pause_ms}};
}

http::actor_inside inside_of(actors::inspector::inside&& seen) {
  return {.report = std::move(seen.report),
          .detail = std::move(seen.detail),
          .probe = {.answered = seen.answered,
                    .took = seen.took,
                    .mailbox = seen.mailbox}};
}

http::actor_inside inside_of(actors::actor_view&& seen) {
  http::actor_inside out{.report = std::move(seen.report),
                         .detail = {},
                         .probe = {.answered = seen.answered,
                                   .took = microseconds{seen.took_us},
                                   .mailbox = seen.mailbox}};
  for (auto& x : seen.handlers)
    out.detail.handlers.push_back({.message = std::move(x.message),
                                   .count = x.count,
                                   .total = microseconds{x.total_us},
                                   .longest = microseconds{x.longest_us}});
  for (auto& x : seen.events)
    out.detail.events.push_back(
      {.ago = milliseconds{x.ago_ms}, .text = std::move(x.text)});
  return out;
}

} // namespace

std::vector<http::node_actors> head_introspection::actors() {
  // The others first: they are waited for.
  auto others = others_.actors();
  std::vector<http::node_actors> out;
  out.push_back({.node = http::head_node, .actors = head_.inside().list()});
  for (auto& x : others) {
    http::node_actors told{.node = std::move(x.node), .actors = {}};
    if (x.answer)
      told.actors = std::move(*x.answer);
    if (!x.answer || x.silent > milliseconds{0})
      told.silent = x.silent;
    out.push_back(std::move(told));
  }
  return out;
}

std::optional<http::actor_inside>
head_introspection::actor(const http::actor_address& which) {
  if (which.node == http::head_node) {
    auto seen = head_.inside().look(which.id, http::look_timeout);
    return seen ? std::optional{inside_of(std::move(*seen))} : std::nullopt;
  }
  auto word = others_.look(which.node, which.id);
  return word.answer && word.answer->found
           ? std::optional{inside_of(std::move(*word.answer))}
           : std::nullopt;
}

bool head_introspection::kill(const http::actor_address& which) {
  if (which.node == http::head_node)
    return head_.inside().kill(which.id);
  return others_.kill(which.node, which.id).answer.value_or(false);
}

bool head_introspection::trace(const std::string& id, const std::string& node,
                               const telemetry::trace_order& order) {
  return traces_.begin(id, node, order);
}

std::optional<http::trace_part>
head_introspection::traced(const std::string& id, std::size_t seen,
                           std::chrono::milliseconds longest) {
  return traces_.read(id, seen, longest);
}

http::node_origins head_introspection::own_origins() {
  http::node_origins out{.node = http::head_node, .origins = {}};
  auto known = head_.origins(http::look_timeout);
  if (!known) {
    out.silent = http::look_timeout;
    return out;
  }
  actors::put_busiest_first(*known);
  for (auto& x : *known)
    out.origins.push_back(view_of(std::move(x)));
  return out;
}

std::vector<http::node_origins> head_introspection::origins() {
  std::vector<http::node_origins> out{own_origins()};
  for (auto& x : others_.origins()) {
    http::node_origins told{.node = std::move(x.node), .origins = {}};
    if (x.answer && x.answer->known)
      for (auto& each : x.answer->origins)
        told.origins.push_back(view_of(std::move(each)));
    else
      told.silent = x.answer ? http::look_timeout : x.silent;
    out.push_back(std::move(told));
  }
  return out;
}

} // namespace pixmill::cli
