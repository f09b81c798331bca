#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/messages.hpp"
#include "persistence/journal_store.hpp"
#include "persistence/object_store.hpp"

namespace pixmill::actors {

/// Outcomes that are written as one, and who waits for that.
class outcome_batch {
public:
  using receipt_promise = caf::typed_response_promise<commit_receipt>;

  void add(commit_request request, receipt_promise promise);

  /// Appends what came later.
  void append(outcome_batch later);

  bool empty() const noexcept {
    return requests_.empty();
  }

  /// Returns how many outcomes there are.
  std::size_t slots() const noexcept {
    return slots_;
  }

  /// Writes all in one batch, answers everybody and is empty then. After an
  /// error nothing is written and nobody has an answer. Left out is an outcome
  /// whose file a node has stored itself, and which is not there.
  /// @param images Where the outcomes' files are; null: nowhere.
  caf::expected<caf::unit_t> write(persistence::journal_store& store,
                                   persistence::object_store* images);

  /// Answers everybody with an error.
  void refuse(const caf::error& reason);

private:
  using verdicts = std::vector<persistence::write_verdict>;

  struct entry {
    commit_request request;
    receipt_promise promise;
    std::vector<slot_id> missing{};
  };

  void adopt(persistence::object_store& images);
  caf::expected<std::vector<persistence::slot_write>>
  resolve(const persistence::journal_store& store) const;
  void release(persistence::object_store& images) const;
  void answer(const persistence::journal_store& store, const verdicts& found);
  void clear();

  std::vector<entry> requests_;
  std::size_t slots_ = 0;
};

} // namespace pixmill::actors
