#include "actors/outcome_batch.hpp"

#include <iterator>

#include <caf/stateful_actor.hpp>

#include "actors/protocol.hpp"

namespace pixmill::actors {

using persistence::slot_write;
using persistence::write_verdict;

void outcome_batch::add(commit_request request, receipt_promise promise) {
  slots_ += request.slots.size();
  requests_.push_back({std::move(request), std::move(promise)});
}

void outcome_batch::append(outcome_batch later) {
  slots_ += later.slots_;
  std::move(later.requests_.begin(), later.requests_.end(),
            std::back_inserter(requests_));
}

caf::expected<std::vector<slot_write>>
outcome_batch::resolve(const persistence::journal_store& store) const {
  std::vector<slot_write> writes;
  writes.reserve(slots_);
  for (const auto& [request, promise, missing] : requests_) {
    for (const auto& x : request.slots) {
      writes.push_back({request.job, x.slot, x.result});
      if (x.same_as.row == 0)
        continue;
      // The commit of the slot that this one follows was answered before this
      // was sent, so it is in the store.
      auto source = store.slot(request.job, x.same_as);
      if (!source)
        return std::move(source.error());
      if (!*source)
        return make_error(errc::store_corrupt,
                          request.job + ": no outcome to take over");
      writes.back().result = std::move(**source);
    }
  }
  return writes;
}

caf::expected<caf::unit_t>
outcome_batch::write(persistence::journal_store& store,
                     persistence::object_store* images) {
  if (images != nullptr)
    adopt(*images);
  const auto writes = resolve(store);
  if (!writes)
    return writes.error();
  const auto found = store.commit(*writes);
  if (!found)
    return found.error();
  if (images != nullptr)
    release(*images);
  answer(store, *found);
  clear();
  return caf::unit;
}

// What a node has stored itself may have been removed in between, with the
// outcomes of another job that were the last to name it.
void outcome_batch::adopt(persistence::object_store& images) {
  for (auto& [request, promise, missing] : requests_)
    std::erase_if(request.slots, [&, &lost = missing](slot_result& x) {
      auto& result = x.result;
      if (!result.stored_by_node || x.same_as.row != 0)
        return false;
      // Once: a batch that waits for space comes here again.
      result.stored_by_node = false;
      if (images.adopt(result.sha256, result.format, result.bytes_out))
        return false;
      lost.push_back(x.slot);
      --slots_;
      return true;
    });
}

// From now on the outcomes themselves keep the files.
void outcome_batch::release(persistence::object_store& images) const {
  for (const auto& [request, promise, missing] : requests_)
    for (const auto& x : request.slots)
      if (x.same_as.row == 0 && x.result.has_file())
        images.release(x.result.sha256);
}

void outcome_batch::answer(const persistence::journal_store& store,
                           const verdicts& found) {
  auto verdict = found.begin();
  for (auto& [request, promise, missing] : requests_) {
    commit_receipt receipt;
    receipt.missing = std::move(missing);
    for (std::size_t i = 0; i < request.slots.size(); ++i)
      if (*verdict++ == write_verdict::already_there)
        ++receipt.repeated;
    auto counters = store.counters(request.job);
    if (counters) {
      receipt.counters = std::move(*counters);
      promise.deliver(std::move(receipt));
    } else {
      promise.deliver(std::move(counters.error()));
    }
  }
}

void outcome_batch::refuse(const caf::error& reason) {
  for (auto& each : requests_)
    each.promise.deliver(reason);
  clear();
}

void outcome_batch::clear() {
  requests_.clear();
  slots_ = 0;
}

} // namespace pixmill::actors
