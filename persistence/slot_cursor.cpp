#include "persistence/slot_cursor.hpp"

#include <utility>

#include <rocksdb/db.h>

#include "persistence/journal_database.hpp"
#include "persistence/journal_keys.hpp"
#include "persistence/record_codec.hpp"

namespace pixmill::persistence {

class slot_cursor::impl {
public:
  impl(const journal_database& database, std::string_view job, slot_id first,
       journal_snapshot as_of)
      : database_{database}, prefix_{job_prefix(job)},
        end_{job_prefix_end(job)}, end_slice_{end_}, as_of_{std::move(as_of)} {
    rocksdb::ReadOptions options;
    options.snapshot = static_cast<const rocksdb::Snapshot*>(as_of_.get());
    options.iterate_upper_bound = &end_slice_;
    // One pass over many: it would push out what point reads need.
    options.fill_cache = false;
    iterator_.reset(
      database.db().NewIterator(options, database[family::slots]));
    iterator_->Seek(slot_key(job, first));
  }

  caf::expected<bool> next(slot_id& slot, outcome& result) {
    if (!iterator_->Valid()) {
      if (!iterator_->status().ok())
        return database_.to_error(iterator_->status());
      return false;
    }
    const auto key = iterator_->key().ToStringView();
    if (!parse_slot_key(key, prefix_, slot)
        || !decode(iterator_->value().ToStringView(), result))
      return database_.undecodable("slots", describe(slot));
    iterator_->Next();
    return true;
  }

private:
  std::string describe(slot_id slot) const {
    return prefix_.substr(0, prefix_.size() - 1) + " row "
           + std::to_string(slot.row) + " slot " + std::to_string(slot.index);
  }

  const journal_database& database_;
  std::string prefix_;
  std::string end_;
  rocksdb::Slice end_slice_; // The iterator keeps its address.
  journal_snapshot as_of_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

slot_cursor::slot_cursor(const journal_database& database, std::string_view job,
                         slot_id first, journal_snapshot as_of)
    : impl_{std::make_unique<impl>(database, job, first, std::move(as_of))} {
  // nop
}

slot_cursor::~slot_cursor() = default;
slot_cursor::slot_cursor(slot_cursor&&) noexcept = default;
slot_cursor& slot_cursor::operator=(slot_cursor&&) noexcept = default;

caf::expected<bool> slot_cursor::next(slot_id& slot, outcome& result) {
  return impl_->next(slot, result);
}

} // namespace pixmill::persistence
