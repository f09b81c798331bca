#include "actors/archive.hpp"

#include <utility>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/to_result.hpp"
#include "actors/tracking.hpp"

namespace pixmill::actors {

caf::expected<job_truth> read_truth(const persistence::journal_store& store,
                                    const std::string& job) {
  auto found = store.job(job);
  if (!found)
    return std::move(found.error());
  auto counters = store.counters(job);
  if (!counters)
    return std::move(counters.error());
  return job_truth{std::move(*found), std::move(*counters)};
}

archive_state::archive_state(pointer self) : self_{self} {}

void archive_state::start(const persistence::journal_store& store) {
  store_ = &store;
  record_.emplace(telemetry::actor_kind::archive, self_->id(), 0, "archive",
                  std::string{}, handle_of(self_));
  record_->set_state("reading");
}

telemetry::actor_record& archive_state::record() {
  return *record_;
}

const persistence::journal_store& archive_state::store() const {
  return *store_;
}

settled_page archive_state::settled(const settled_query& query) const {
  settled_page page;
  auto cursor = store_->for_each_slot(
    query.job, query.first, [&](slot_id slot, const outcome& result) {
      page.slots.push_back({slot, result.has_file()});
      return page.slots.size() < query.limit;
    });
  page.last = cursor && page.slots.size() < query.limit;
  return page;
}

archive_actor::behavior_type archive(archive_state::pointer self,
                                     const persistence::journal_store* store) {
  self->state.start(*store);
  return {
    [self](atom::inspect) { return report_of(self); },
    [self](atom::list) {
      const auto guard = handling(self);
      return to_result(self->state.store().jobs());
    },
    [self](atom::status, const std::string& job) {
      const auto guard = handling(self);
      return to_result(read_truth(self->state.store(), job));
    },
    [self](const chunk_query& query) {
      const auto guard = handling(self);
      return to_result(self->state.store().csv_chunk(query.job, query.index));
    },
    [self](const settled_query& query) {
      const auto guard = handling(self);
      return self->state.settled(query);
    },
  };
}

} // namespace pixmill::actors
