#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/errc.hpp"
#include "model/job.hpp"
#include "model/outcome.hpp"

namespace pixmill::persistence {

// The keys of the journal. Numbers are big-endian, so that keys sort as their
// numbers do; a job's id ends in a NUL, so that no id is another's prefix.

/// Returns what all keys of `job` in `csv` and `slots` start with.
std::string job_prefix(std::string_view job);

/// Returns the first key behind all that start with `job_prefix(job)`.
std::string job_prefix_end(std::string_view job);

/// Returns the key of one outcome in `slots`.
std::string slot_key(std::string_view job, slot_id slot);

/// Returns the slot of a key that starts with `prefix`, a `job_prefix`.
/// @returns False when `key` is not such a key.
bool parse_slot_key(std::string_view key, std::string_view prefix,
                    slot_id& slot) noexcept;

/// Returns the key of one chunk in `csv`.
std::string chunk_key(std::string_view job, std::uint32_t index);

/// Returns the job of a key in `csv` or `slots`.
std::string_view job_of_key(std::string_view key) noexcept;

/// Returns the key in `trail` of what settled from a position on.
std::string trail_key(std::string_view job, std::uint64_t position);

/// Returns the position of a key that starts with `prefix`, a `job_prefix`.
/// @returns False when `key` is not such a key.
bool parse_trail_key(std::string_view key, std::string_view prefix,
                     std::uint64_t& position) noexcept;

/// What an item ended as; items of one class stand together in the index.
struct item_class {
  item_state state = item_state::failed;
  errc code = errc::none;
  std::uint16_t http_status = 0;

  bool operator==(const item_class&) const = default;
};

/// Returns the key of one slot in `index`.
std::string index_key(std::string_view job, const item_class& of, slot_id slot);

/// Returns the first key behind all slots of a class.
std::string index_class_end(std::string_view job, const item_class& of);

/// Returns class and slot of a key that starts with `prefix`, a `job_prefix`.
/// @returns False when `key` is not such a key.
bool parse_index_key(std::string_view key, std::string_view prefix,
                     item_class& of, slot_id& slot) noexcept;

/// Returns the keys in `jobs`: of the record and of the counters.
std::string record_key(std::string_view job);
std::string counters_key(std::string_view job);

/// Returns the keys in `jobs` of a job that was erased: that there was one, and
/// that its outcomes are still to be purged.
std::string tombstone_key(std::string_view job);
std::string purge_key(std::string_view job);

/// Returns the key in `refs` that says: this job has an outcome with this
/// content. Half of the hash stands for all of it.
/// @param sha256 64 hex digits.
std::string reference_key(std::string_view sha256, std::string_view job);

/// Returns the key in `idem` that says: this job did this work.
std::string fingerprint_key(std::string_view fingerprint, std::string_view job);

/// Returns the key in `idem` of what a sender of a tenant called its request.
/// @param key Without a NUL, which ends the tenant.
std::string submission_key(std::string_view tenant, std::string_view key);

/// Returns the key in `outbox` of an event that is due at `due`.
std::string outbox_key(unix_ms due, std::string_view event);

/// Returns the time and the event of a key in `outbox`.
/// @returns False when `key` is not such a key.
bool parse_outbox_key(std::string_view key, unix_ms& due, std::string& event);

/// Returns the keys in `deliveries`: of an event of a job, of the job that an
/// event belongs to, and of a receiver that wants no more.
std::string delivery_key(std::string_view job, std::string_view event);
std::string event_key(std::string_view event);
std::string receiver_key(std::string_view url);

/// Returns the key in `history` of one place in the ring of a level.
std::string history_key(std::uint8_t level, std::uint32_t place);

} // namespace pixmill::persistence
