#include "cluster/hub.hpp"

#include <memory>
#include <string>
#include <vector>

#include "actors/dispatcher.hpp"
#include "tests/actors/actor_fixture.hpp"

namespace pixmill::cluster {
namespace {

constexpr heartbeat_times beats{500, 2'000};

class Hub : public test::actor_fixture {
protected:
  void SetUp() override {
    dispatcher = system.spawn(actors::dispatcher, actors::dispatcher_setup{});
    subject = system.spawn(hub, hub_setup{.dispatcher = dispatcher,
                                          .store = "port 8080",
                                          .heartbeats = beats,
                                          .directory = directory,
                                          .protocol = 7,
                                          .build = "0.7"});
    run();
  }

  void TearDown() override {
    directory->clear();
    stop(subject);
    stop(dispatcher);
    advance(std::chrono::seconds{2});
  }

  // Says hello; why it is refused, empty: it is not.
  std::string greet(std::uint32_t protocol, std::uint64_t life,
                    heartbeat_times mine = beats) {
    std::string out = "no answer";
    auto asked = self->request(subject, caf::infinite, hello::value, protocol,
                               std::string{"0.1"}, std::string{"w1"}, life,
                               mine.interval_ms, mine.timeout_ms);
    run();
    asked.receive(
      [&](std::uint32_t head, const std::string& build,
          const std::string& refused, const caf::strong_actor_ptr& shown,
          const std::string& store) {
        EXPECT_EQ(head, 7u);
        EXPECT_EQ(build, "0.7");
        EXPECT_EQ(static_cast<bool>(shown), refused.empty());
        EXPECT_EQ(store.empty(), !refused.empty());
        out = refused;
      },
      [&](const caf::error& reason) { out = caf::to_string(reason); });
    return out;
  }

  // Shows something as what looks into the node of this life.
  void show_inspector(std::uint64_t life) {
    self->send(subject, show::value, life,
               caf::actor_cast<caf::strong_actor_ptr>(dispatcher));
    run();
  }

  std::shared_ptr<actors::node_directory> directory =
    std::make_shared<actors::node_directory>(system);
  actors::dispatcher_actor dispatcher;
  caf::actor subject;
};

TEST_F(Hub, ShowsTheDispatcherToWhoFits) {
  EXPECT_EQ(greet(7, 1), "");
}

TEST_F(Hub, NamesBothVersionsWhenTheyDiffer) {
  const auto told = greet(8, 1);
  for (const auto* part : {"protocol 8", "0.1", "protocol 7", "0.7"})
    EXPECT_NE(told.find(part), std::string::npos) << told;
}

TEST_F(Hub, RefusesOtherHeartbeats) {
  EXPECT_NE(greet(7, 1, {0, 0}).find("heartbeats"), std::string::npos);
}

TEST_F(Hub, NoticesTwoLivesOfOneNodeId) {
  EXPECT_EQ(greet(7, 1), "");
  EXPECT_EQ(greet(7, 1), ""); // The same process again.
  EXPECT_NE(greet(7, 2).find("same CAF node id"), std::string::npos);
}

TEST_F(Hub, TellsWhoCanBeLookedInto) {
  EXPECT_EQ(greet(7, 1), "");
  show_inspector(2); // Nobody has said hello with that.
  EXPECT_TRUE(directory->names().empty());
  show_inspector(1);
  EXPECT_EQ(directory->names(), std::vector<std::string>{"w1"});
}

} // namespace
} // namespace pixmill::cluster
