#include "persistence/outbox.hpp"

#include <memory>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "persistence/journal_keys.hpp"
#include "persistence/record_codec.hpp"

namespace pixmill::persistence {
namespace {

using iterator = std::unique_ptr<rocksdb::Iterator>;

} // namespace

// -- into a batch -------------------------------------------------------------

void outbox::put(rocksdb::WriteBatch& batch, const delivery& event) const {
  batch.Put(database_[family::deliveries], delivery_key(event.job.id, event.id),
            encode(event));
  batch.Put(database_[family::deliveries], event_key(event.id),
            std::string{value_version} + event.job.id);
  if (event.state == delivery_state::pending)
    batch.Put(database_[family::outbox], outbox_key(event.next_at, event.id),
              encode(entry_of(event)));
}

caf::expected<caf::unit_t> outbox::erase(rocksdb::WriteBatch& batch,
                                         std::string_view job) const {
  const auto events = of_job(job);
  if (!events)
    return events.error();
  for (const auto& event : *events) {
    batch.Delete(database_[family::deliveries], event_key(event.id));
    batch.Delete(database_[family::outbox],
                 outbox_key(event.next_at, event.id));
  }
  batch.DeleteRange(database_[family::deliveries], job_prefix(job),
                    job_prefix_end(job));
  return caf::unit;
}

// -- writing ------------------------------------------------------------------

caf::expected<caf::unit_t> outbox::replace(const delivery& event,
                                           receiver_mark mark) {
  const auto before = stored(event.job.id, event.id);
  if (!before)
    return before.error();
  if (!*before)
    return caf::unit;
  rocksdb::WriteBatch batch;
  batch.Delete(database_[family::outbox],
               outbox_key((*before)->next_at, event.id));
  put(batch, event);
  const auto receiver = receiver_key(event.job.options.webhook_url);
  if (mark == receiver_mark::gone)
    batch.Put(database_[family::deliveries], receiver,
              rocksdb::Slice{&value_version, 1});
  else if (mark == receiver_mark::back)
    batch.Delete(database_[family::deliveries], receiver);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  if (const auto status = database_.db().Write(synced, &batch); !status.ok())
    return database_.to_error(status);
  return caf::unit;
}

// -- reading ------------------------------------------------------------------

caf::expected<std::optional<std::string>>
outbox::get(std::string_view key) const {
  std::string value;
  const auto status = database_.db().Get(
    rocksdb::ReadOptions{}, database_[family::deliveries], key, &value);
  if (status.IsNotFound())
    return std::optional<std::string>{};
  if (!status.ok())
    return database_.to_error(status);
  return std::optional{std::move(value)};
}

caf::expected<std::optional<delivery>>
outbox::stored(std::string_view job, std::string_view event) const {
  const auto value = get(delivery_key(job, event));
  if (!value)
    return value.error();
  if (!*value)
    return std::optional<delivery>{};
  std::optional<delivery> out{std::in_place};
  if (!decode(**value, *out))
    return database_.undecodable("deliveries", event);
  return out;
}

caf::expected<std::vector<outbox_entry>> outbox::pending() const {
  std::vector<outbox_entry> out;
  const iterator at{database_.db().NewIterator({}, database_[family::outbox])};
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    auto& entry = out.emplace_back();
    if (!parse_outbox_key(at->key().ToStringView(), entry.due, entry.event)
        || !decode(at->value().ToStringView(), entry))
      return database_.undecodable("outbox", entry.event);
  }
  if (!at->status().ok())
    return database_.to_error(at->status());
  return out;
}

caf::expected<std::vector<delivery>>
outbox::of_job(std::string_view job) const {
  std::vector<delivery> out;
  const auto prefix = job_prefix(job);
  const iterator at{
    database_.db().NewIterator({}, database_[family::deliveries])};
  // The ids of events sort by time.
  for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix);
       at->Next())
    if (!decode(at->value().ToStringView(), out.emplace_back()))
      return database_.undecodable(
        "deliveries", at->key().ToStringView().substr(prefix.size()));
  if (!at->status().ok())
    return database_.to_error(at->status());
  return out;
}

caf::expected<outbox::page>
outbox::newest(std::string_view before, std::optional<delivery_state> state,
               std::size_t limit, std::chrono::milliseconds time) const {
  page out;
  const auto until = std::chrono::steady_clock::now() + time;
  const auto prefix = event_key({});
  const iterator at{
    database_.db().NewIterator({}, database_[family::deliveries])};
  // Ids sort by time; what stands behind all of them sorts behind any.
  at->SeekForPrev(before.empty() ? prefix + '\xff' : event_key(before));
  if (at->Valid() && !before.empty() && at->key() == event_key(before))
    at->Prev();
  std::string seen;
  for (; at->Valid() && at->key().starts_with(prefix); at->Prev()) {
    if (out.events.size() == limit
        || (!seen.empty() && std::chrono::steady_clock::now() >= until)) {
      out.next = seen;
      return out;
    }
    seen = at->key().ToStringView().substr(prefix.size());
    auto event = stored(at->value().ToStringView().substr(1), seen);
    if (!event)
      return std::move(event.error());
    if (*event && (!state || (*event)->state == *state))
      out.events.push_back(std::move(**event));
  }
  if (!at->status().ok())
    return database_.to_error(at->status());
  return out;
}

caf::expected<delivery> outbox::find(std::string_view event) const {
  const auto none = [&] {
    return make_error(errc::no_such_delivery, std::string{event});
  };
  const auto job = get(event_key(event));
  if (!job)
    return job.error();
  if (!*job)
    return none();
  // Behind the version.
  auto found = stored(std::string_view{**job}.substr(1), event);
  if (!found)
    return found.error();
  if (!*found)
    return none();
  return std::move(**found);
}

caf::expected<bool> outbox::is_gone(std::string_view url) const {
  const auto value = get(receiver_key(url));
  if (!value)
    return value.error();
  return value->has_value();
}

} // namespace pixmill::persistence
