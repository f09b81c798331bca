#pragma once

#include "actors/dispatcher.hpp"
#include "tests/actors/actor_fixture.hpp"

namespace pixmill::actors {

/// A DISPATCHER between nodes and jobs that do as they are told.
class dispatcher_fixture : public test::actor_fixture {
protected:
  // A node that holds whatever it is given.
  struct node {
    worker_actor handle;
    std::vector<row_task> tasks;
    std::vector<std::string> revoked;
    int asked_to_leave = 0;
    std::uint64_t returned = 0;
  };

  // A job with a number of rows of one slot each.
  struct client {
    job_actor handle;
    std::uint32_t rows = 0;
    std::uint32_t leased = 0;
    std::vector<incarnation_id> lost;
    std::string waits_for;
    std::vector<std::string> closed; ///< Of its last grant.
    int grants = 0;
  };

  void SetUp() override {
    subject = system.spawn(dispatcher, dispatcher_setup{});
  }

  void TearDown() override {
    for (auto& [id, x] : nodes)
      stop(x.handle);
    for (auto& [id, x] : clients)
      stop(x.handle);
    stop(subject);
    advance(std::chrono::seconds{2});
  }

  void join(incarnation_id id, std::uint32_t credit,
            std::vector<std::string> codecs = {}) {
    auto& x = nodes[id];
    x.handle =
      system.spawn([&x](worker_actor::pointer) -> worker_actor::behavior_type {
        return {
          [](atom::inspect) { return actor_report{}; },
          [&x](const row_task& task, const job_actor&) {
            x.tasks.push_back(task);
          },
          [&x](const lease_revocation& r) { x.revoked.push_back(r.job); },
          [](const row_report&) {},
          [](const origin_leases&) {},
          [](atom::look) {},
          [](const origin_report&) {},
          [](atom::link, const caf::strong_actor_ptr&) {},
          [](atom::settled, const std::string&, slot_id, bool) {},
          [&x](atom::leave) { ++x.asked_to_leave; },
          [](atom::tick) {},
        };
      });
    self->send(subject,
               node_description{.name = "n" + std::to_string(id),
                                .incarnation = id,
                                .credit = credit,
                                .codecs = std::move(codecs)},
               x.handle);
    run();
  }

  void submit(const std::string& id, std::uint32_t rows,
              std::int8_t priority = 0, const std::string& tenant = {},
              const std::string& codec = {}) {
    auto& x = clients[id];
    x.rows = rows;
    x.handle = system.spawn(
      [this, id, &x](job_actor::pointer) -> job_actor::behavior_type {
        return {
          [](atom::inspect) { return actor_report{}; },
          [](atom::restore) {},
          [this, id, &x](const credit_grant& grant) {
            task_offer offer{.job = id, .grant = grant, .tasks = {}};
            ++x.grants;
            x.closed = grant.closed;
            if (!x.closed.empty()) {
              offer.elsewhere = true;
              offer.skipped = x.closed;
              caf::anon_send(subject, std::move(offer));
              return;
            }
            for (; offer.tasks.size() < grant.slots && x.leased < x.rows;)
              offer.tasks.push_back({.job = id,
                                     .lease = ++x.leased,
                                     .slots = {{{x.leased, 0}, "http://a", 0}},
                                     .goal = {}});
            caf::anon_send(subject, std::move(offer));
          },
          [](const row_report&) { return true; },
          [&x](const node_lost& news) { x.lost.push_back(news.incarnation); },
          [&x](atom::hindered, const std::string& what) { x.waits_for = what; },
          [](const job_command&) { return job_status{}; },
          [](atom::status) { return job_status{}; },
          [](const open_query&) { return open_slots{}; },
          [](atom::tick) {},
        };
      });
    self->send(
      subject,
      work_call{
        .job = id, .tenant = tenant, .priority = priority, .codec = codec},
      x.handle);
    run();
  }

  void free(incarnation_id id, std::uint32_t slots) {
    self->send(subject, credit_return{.incarnation = id,
                                      .returned = nodes[id].returned += slots});
    run();
  }

  // What the jobs whose id begins so have had.
  std::uint32_t leased_by(const std::string& prefix) const {
    std::uint32_t sum = 0;
    for (const auto& [id, x] : clients)
      if (id.starts_with(prefix))
        sum += x.leased;
    return sum;
  }

  dispatcher_actor subject;
  std::map<incarnation_id, node> nodes;
  std::map<std::string, client> clients;
};

} // namespace pixmill::actors
