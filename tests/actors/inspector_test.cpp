#include "actors/inspector.hpp"

#include <future>
#include <optional>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <gtest/gtest.h>

#include "actors/protocol.hpp"
#include "actors/tracking.hpp"
#include "http/actor_selection.hpp"

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;

/// An actor whose handler lasts as long as a test wants.
class slow_state {
public:
  explicit slow_state(image_actor::stateful_pointer<slow_state> self)
      : self_{self} {
    record_.emplace(telemetry::actor_kind::image, self_->id(), 0, "slow",
                    "job_1", handle_of(self_));
  }

  telemetry::actor_record& record() {
    return *record_;
  }

private:
  image_actor::stateful_pointer<slow_state> self_;
  std::optional<telemetry::actor_record> record_;
};

class Inspector : public testing::Test {
protected:
  struct config : caf::actor_system_config {
    config() {
      register_messages(*this);
    }
  };

  image_actor spawn() {
    auto release = std::make_shared<std::promise<void>>();
    auto until = release->get_future().share();
    auto begun = std::make_shared<std::promise<void>>();
    working.push_back(begun->get_future());
    releases.push_back(std::move(release));
    return system.spawn<caf::detached>(
      [until, begun](image_actor::stateful_pointer<slow_state> self)
        -> image_actor::behavior_type {
        return {
          [self](atom::inspect) { return report_of(self); },
          [self, until, begun](atom::attempt) {
            const auto guard = handling(self);
            begun->set_value();
            until.wait();
          },
          [self](atom::cancel) { self->quit(); },
        };
      });
  }

  void TearDown() override {
    for (auto& each : releases)
      each->set_value();
    for (auto& each : spawned)
      caf::anon_send(each, atom::cancel::value);
    spawned.clear();
  }

  config settings;
  caf::actor_system system{settings};
  inspector subject{system};
  std::vector<std::future<void>> working;
  std::vector<std::shared_ptr<std::promise<void>>> releases;
  std::vector<image_actor> spawned;
};

TEST_F(Inspector, LooksIntoAnActorThatAnswers) {
  spawned.push_back(spawn());
  const auto seen = subject.look(spawned[0].id(), 10s);
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->answered);
  EXPECT_EQ(seen->report.label, "slow");
  EXPECT_EQ(seen->report.job, "job_1");
  // The question itself has been counted.
  ASSERT_EQ(subject.look(spawned[0].id(), 10s)->detail.handlers.size(), 1u);
  EXPECT_FALSE(subject.look(999'999, 10s));
}

TEST_F(Inspector, SaysThatAnActorIsBusyInsteadOfWaitingForIt) {
  spawned.push_back(spawn());
  caf::anon_send(spawned[0], atom::attempt::value);
  working[0].wait();
  const auto seen = subject.look(spawned[0].id(), 20ms);
  ASSERT_TRUE(seen);
  EXPECT_FALSE(seen->answered);
  EXPECT_GE(seen->report.busy_ms, 20);
}

TEST_F(Inspector, FindsAPlantedSlowActorFirst) {
  for (int i = 0; i < 20; ++i)
    spawned.push_back(spawn());
  const auto planted = spawned[13].id();
  caf::anon_send(spawned[13], atom::attempt::value);
  working[13].wait();
  for (int message = 0; message < 50; ++message)
    for (const auto& each : spawned)
      if (each.id() != planted) {
        ASSERT_TRUE(subject.look(each.id(), 10s)->answered);
      }
  http::survey_log looks;
  const auto survey =
    looks.add({{.node = http::head_node, .actors = inspector::list()}}, 10s,
              http::survey_log::clock::now());
  const auto top = http::top_of(survey, {}, http::actor_order::busy, 1);
  ASSERT_EQ(top.actors.size(), 1u);
  EXPECT_EQ(top.actors[0]->address.id, planted);
}

TEST_F(Inspector, EndsAnActorAsIfItHadCrashed) {
  auto doomed = spawn();
  caf::scoped_actor self{system};
  self->monitor(doomed);
  EXPECT_TRUE(inspector::kill(doomed.id()));
  caf::error reason;
  self->receive([&](const caf::down_msg& down) { reason = down.reason; });
  EXPECT_EQ(reason, caf::exit_reason::kill);
  EXPECT_FALSE(inspector::kill(999'999));
}

} // namespace
} // namespace pixmill::actors
