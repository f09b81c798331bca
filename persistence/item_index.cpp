#include "persistence/item_index.hpp"

#include <algorithm>
#include <utility>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "persistence/journal_database.hpp"
#include "persistence/journal_keys.hpp"
#include "persistence/record_codec.hpp"

namespace pixmill::persistence {
namespace {

item_class class_of(const outcome& x) {
  return {x.state, x.why.code, x.why.http_status};
}

std::string word_of(const item_class& x) {
  return failure{x.code, x.http_status, {}}.word();
}

template <class T>
bool admits(const std::vector<T>& list, const T& x) {
  return list.empty() || std::find(list.begin(), list.end(), x) != list.end();
}

} // namespace

void index_slot(rocksdb::WriteBatch& batch, const journal_database& database,
                std::string_view job, slot_id slot, const outcome& x) {
  if (is_indexed(x.state))
    batch.Put(database[family::index], index_key(job, class_of(x), slot),
              rocksdb::Slice{&value_version, 1});
}

void unindex_slot(rocksdb::WriteBatch& batch, const journal_database& database,
                  std::string_view job, slot_id slot, const outcome& x) {
  if (is_indexed(x.state))
    batch.Delete(database[family::index], index_key(job, class_of(x), slot));
}

// The keys are in order within one class, so the classes that match are merged:
// there are as many as there are ways to fail, a few dozen.
class index_cursor::impl {
public:
  impl(const journal_database& database, std::string_view job,
       index_filter filter, slot_id first)
      : database_{database}, job_{job}, prefix_{job_prefix(job)},
        end_{job_prefix_end(job)},
        end_slice_{end_}, filter_{std::move(filter)}, first_{first} {
    options_.iterate_upper_bound = &end_slice_;
  }

  caf::expected<bool> next(slot_id& out) {
    if (!std::exchange(opened_, true))
      if (auto done = open(); !done)
        return done;
    const auto head = std::min_element(
      heads_.begin(), heads_.end(),
      [](const auto& x, const auto& y) { return x.slot < y.slot; });
    if (head == heads_.end())
      return false;
    out = head->slot;
    head->entry->Next();
    const auto more = settle(*head);
    if (!more)
      return more;
    if (!*more)
      heads_.erase(head);
    return true;
  }

private:
  struct front {
    item_class of;
    std::unique_ptr<rocksdb::Iterator> entry;
    slot_id slot;
  };

  std::unique_ptr<rocksdb::Iterator> iterate() const {
    return std::unique_ptr<rocksdb::Iterator>{
      database_.db().NewIterator(options_, database_[family::index])};
  }

  // Finds the classes that there are, one seek each.
  caf::expected<bool> open() {
    const auto entry = iterate();
    item_class found;
    slot_id slot;
    for (entry->Seek(prefix_); entry->Valid();
         entry->Seek(index_class_end(job_, found))) {
      if (!parse_index_key(entry->key().ToStringView(), prefix_, found, slot))
        return database_.undecodable("index", job_);
      if (!admits(filter_.states, found.state)
          || !admits(filter_.codes, word_of(found)))
        continue;
      front begun{found, iterate(), {}};
      begun.entry->Seek(index_key(job_, found, first_));
      const auto any = settle(begun);
      if (!any)
        return any;
      if (*any)
        heads_.push_back(std::move(begun));
    }
    if (!entry->status().ok())
      return database_.to_error(entry->status());
    return true;
  }

  // Reads the slot that a head stands at; false: it is past its class.
  caf::expected<bool> settle(front& which) const {
    if (!which.entry->Valid()) {
      if (!which.entry->status().ok())
        return database_.to_error(which.entry->status());
      return false;
    }
    item_class found;
    if (!parse_index_key(which.entry->key().ToStringView(), prefix_, found,
                         which.slot))
      return database_.undecodable("index", job_);
    return found == which.of;
  }

  const journal_database& database_;
  std::string job_;
  std::string prefix_;
  std::string end_;
  rocksdb::Slice end_slice_; // The iterators keep its address.
  rocksdb::ReadOptions options_;
  index_filter filter_;
  slot_id first_;
  bool opened_ = false;
  std::vector<front> heads_;
};

index_cursor::index_cursor(const journal_database& database,
                           std::string_view job, index_filter filter,
                           slot_id first)
    : impl_{std::make_unique<impl>(database, job, std::move(filter), first)} {
  // nop
}

index_cursor::~index_cursor() = default;
index_cursor::index_cursor(index_cursor&&) noexcept = default;
index_cursor& index_cursor::operator=(index_cursor&&) noexcept = default;

caf::expected<bool> index_cursor::next(slot_id& out) {
  return impl_->next(out);
}

} // namespace pixmill::persistence
