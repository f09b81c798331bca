#include "tests/actors/simulated_head.hpp"

namespace pixmill::test {

using namespace actors;

namespace {

commit_receipt commit(simulated_truth& truth, const commit_request& request) {
  commit_receipt receipt;
  for (const auto& each : request.slots) {
    const auto& result =
      each.same_as.row == 0 ? each.result : truth.outcomes.at(each.same_as);
    if (truth.outcomes.emplace(each.slot, result).second)
      truth.counters.add(result);
    else
      ++receipt.repeated;
  }
  truth.repeated += receipt.repeated;
  receipt.counters = truth.counters;
  return receipt;
}

} // namespace

journal_actor spawn_journal(caf::actor_system& system, simulated_truth& truth) {
  return system.spawn(
    [&](journal_actor::pointer) -> journal_actor::behavior_type {
      return {
        [](atom::inspect) { return actor_report{}; },
        [](const csv_chunk&) -> caf::result<void> { return caf::unit; },
        [](atom::accept, const job_record&,
           const std::string&) -> caf::result<void> { return caf::unit; },
        [](atom::update, const job_record&) -> caf::result<void> {
          return caf::unit;
        },
        [&](const commit_request& request) { return commit(truth, request); },
        [](const job_command&) { return job_truth{}; },
        [](atom::erase, const std::string&) -> caf::result<void> {
          return caf::unit;
        },
        [](const api_token&) -> caf::result<void> { return caf::unit; },
        [](atom::revoke, const std::string&) { return false; },
        [](const audit_entry&) -> caf::result<void> { return caf::unit; },
        [](atom::sample) {},
        [](const delivery_update&) -> caf::result<void> { return caf::unit; },
        [](atom::listen, const notifier_actor&) -> caf::result<void> {
          return caf::unit;
        },
        [](atom::tidy, std::uint64_t) {},
        [](atom::flush) {},
        [](atom::synced, const caf::error&) {},
        [](atom::tick) {},
      };
    });
}

archive_actor spawn_archive(caf::actor_system& system,
                            const simulated_truth& truth) {
  return system.spawn(
    [&](archive_actor::pointer) -> archive_actor::behavior_type {
      return {
        [](atom::inspect) { return actor_report{}; },
        [](atom::list) { return std::vector<job_record>{}; },
        [](atom::status, const std::string&) { return job_truth{}; },
        [&](const chunk_query& query) {
          return query.index == 0 ? truth.sheet : std::string{};
        },
        [](const settled_query&) {
          return settled_page{.slots = {}, .last = true};
        },
      };
    });
}

supervisor_actor spawn_supervisor(caf::actor_system& system,
                                  simulated_truth& truth) {
  return system.spawn(
    [&](supervisor_actor::pointer) -> supervisor_actor::behavior_type {
      return {
        [](atom::inspect) { return actor_report{}; },
        [](const csv_chunk&) -> caf::result<void> { return caf::unit; },
        [](atom::accept, const job_record&, const std::string&) {
          return job_status{};
        },
        [](atom::erase, const std::string&) -> caf::result<void> {
          return caf::unit;
        },
        [](const job_command&) { return job_status{}; },
        [](atom::status, const std::string&) { return job_status{}; },
        [](const open_query&) { return open_slots{}; },
        [](atom::list) { return std::vector<job_record>{}; },
        [](atom::wake, const std::string&) { return job_status{}; },
        [&](atom::settled, const job_record& record) { truth.end = record; },
        [](atom::restore) -> caf::result<void> { return caf::unit; },
      };
    });
}

} // namespace pixmill::test
