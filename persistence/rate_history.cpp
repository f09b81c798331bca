#include "persistence/rate_history.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "persistence/journal_database.hpp"
#include "persistence/journal_keys.hpp"
#include "persistence/record_codec.hpp"

namespace pixmill::persistence {
namespace {

constexpr std::size_t level_count = std::size(rate_history::levels);

std::int64_t step_begin(std::int64_t time_s, std::int64_t step_s) {
  return time_s - time_s % step_s;
}

std::string key_of(std::size_t which, std::int64_t time_s) {
  const auto& level = rate_history::levels[which];
  return history_key(
    static_cast<std::uint8_t>(which),
    static_cast<std::uint32_t>(time_s / level.step_s % level.steps));
}

// The finest level that still reaches back, and is not much finer than asked.
std::size_t level_for(std::int64_t from_s, std::int64_t step_s,
                      std::int64_t now_s) {
  std::size_t best = level_count - 1;
  for (std::size_t i = level_count; i-- > 0;) {
    const auto& level = rate_history::levels[i];
    const bool reaches_back = from_s >= now_s - level.step_s * level.steps;
    if (reaches_back
        && (level.step_s >= step_s || best == level_count - 1
            || rate_history::levels[best].step_s > step_s))
      best = i;
  }
  return best;
}

} // namespace

caf::expected<caf::unit_t> rate_history::add(const rate_sample& sample) {
  rocksdb::WriteBatch batch;
  for (std::size_t i = 0; i < level_count; ++i) {
    const auto key = key_of(i, sample.began_s);
    auto step = sample;
    step.began_s = step_begin(sample.began_s, levels[i].step_s);
    std::string value;
    const auto found =
      database_.db().Get({}, database_[family::history], key, &value);
    if (!found.ok() && !found.IsNotFound())
      return database_.to_error(found);
    rate_sample before;
    if (found.ok() && decode(value, before) && before.began_s == step.began_s)
      step.add(before);
    batch.Put(database_[family::history], key, encode(step));
  }
  if (const auto status = database_.db().Write({}, &batch); !status.ok())
    return database_.to_error(status);
  return caf::unit;
}

caf::expected<rate_history::stretch>
rate_history::read(std::int64_t from_s, std::int64_t to_s, std::size_t points,
                   std::int64_t now_s) const {
  stretch out;
  const auto wanted = std::max<std::int64_t>(
    (to_s - from_s)
      / static_cast<std::int64_t>(std::max<std::size_t>(points, 1)),
    1);
  const auto which = level_for(from_s, wanted, now_s);
  const auto& ring = levels[which];
  from_s = std::max(from_s, now_s - ring.step_s * ring.steps);
  out.step_s = (wanted + ring.step_s - 1) / ring.step_s * ring.step_s;
  const std::unique_ptr<rocksdb::Iterator> entry{
    database_.db().NewIterator({}, database_[family::history])};
  const auto prefix = static_cast<std::uint8_t>(which);
  std::vector<rate_sample> found;
  for (entry->Seek(history_key(prefix, 0));
       entry->Valid() && static_cast<std::uint8_t>(entry->key()[0]) == prefix;
       entry->Next()) {
    rate_sample one;
    if (!decode(entry->value().ToStringView(), one))
      return database_.undecodable("history", "a step");
    if (one.began_s >= step_begin(from_s, ring.step_s) && one.began_s <= to_s)
      found.push_back(one);
  }
  if (!entry->status().ok())
    return database_.to_error(entry->status());
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.began_s < b.began_s; });
  for (auto& one : found) {
    const auto begin = step_begin(one.began_s, out.step_s);
    if (!out.steps.empty() && out.steps.back().began_s == begin) {
      out.steps.back().add(one);
    } else {
      one.began_s = begin;
      out.steps.push_back(one);
    }
  }
  return out;
}

} // namespace pixmill::persistence
