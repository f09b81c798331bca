#pragma once

#include <cstdint>
#include <string>
#include <string_view>

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

/// Returns the keys in `jobs`: of the record and of the counters.
std::string record_key(std::string_view job);
std::string counters_key(std::string_view job);

/// Returns the key in `idem` that says: this job did this work.
std::string fingerprint_key(std::string_view fingerprint, std::string_view job);

/// Returns the key in `idem` of what a sender of a tenant called its request.
/// @param key Without a NUL, which ends the tenant.
std::string submission_key(std::string_view tenant, std::string_view key);

} // namespace pixmill::persistence
