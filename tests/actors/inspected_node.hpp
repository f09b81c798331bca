#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/node_inspector.hpp"
#include "actors/tracking.hpp"

namespace pixmill::test {

/// A system of its own with an INSPECTOR that knows two origins.
class inspected_node {
public:
  inspected_node() {
    inspector = system.spawn<caf::detached>(
      actors::node_inspector,
      actors::node_inspector_setup{
        .node_name = "b",
        .origins =
          [](std::chrono::milliseconds) {
            std::vector<net::origin_load> out(2);
            out[0].origin = "http://idle.example";
            out[1].origin = "http://busy.example";
            out[1].active = 3;
            out[1].p50 = std::chrono::milliseconds{20};
            return std::optional{std::move(out)};
          },
        .load = [] { return actors::stage_report{.downloading = 7}; }});
  }

  ~inspected_node() {
    end(inspector);
  }

  template <class Handle>
  void end(Handle& which) {
    caf::scoped_actor self{system};
    self->monitor(which);
    self->send_exit(which, caf::exit_reason::user_shutdown);
    self->receive([](const caf::down_msg&) {});
    which = nullptr;
  }

  struct config : caf::actor_system_config {
    config() {
      actors::register_messages(*this);
    }
  };

  config settings;
  caf::actor_system system{settings};
  actors::inspector_actor inspector;
};

/// An IMAGE that does nothing.
class idle_image {
public:
  explicit idle_image(actors::image_actor::stateful_pointer<idle_image> self)
      : record_{telemetry::actor_kind::image, self->id(), 0, "idle", "job_1",
                actors::handle_of(self)} {}

  telemetry::actor_record& record() {
    return record_;
  }

  static actors::image_actor spawn(caf::actor_system& system) {
    return system.spawn(
      [](actors::image_actor::stateful_pointer<idle_image> self)
        -> actors::image_actor::behavior_type {
        return {
          [self](actors::atom::inspect) { return actors::report_of(self); },
          [self](actors::atom::attempt) {
            const auto guard = actors::handling(self);
          },
          [self](actors::atom::cancel) { self->quit(); },
        };
      });
  }

private:
  telemetry::actor_record record_;
};

} // namespace pixmill::test
