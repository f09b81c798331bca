#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/api_token.hpp"
#include "model/audit_entry.hpp"
#include "model/delivery.hpp"
#include "model/job.hpp"
#include "model/outcome.hpp"
#include "model/rate_sample.hpp"
#include "model/sheet.hpp"

namespace pixmill::persistence {

/// The version byte of values that have no codec: chunks and marks.
constexpr char value_version = 1;

/// Encodes a value as the journal keeps it: a version byte, then the fields in
/// a fixed order; integers as varints (7 bits a byte, low bits first), signed
/// ones zigzag, texts with their length, hashes as 32 bytes.
std::string encode(const outcome& x);
std::string encode(const job_counters& x);
std::string encode(const job_record& x);
std::string encode(const api_token& x);
std::string encode(const std::vector<slot_id>& x);
std::string encode(const std::vector<sheet_mark>& x);
std::string encode(const delivery& x);
/// Without `event` and `due`, which stand in its key.
std::string encode(const outbox_entry& x);
std::string encode(const audit_entry& x);
std::string encode(const rate_sample& x);

/// Decodes what `encode` made.
/// @returns False when `bytes` is anything else; `x` is then unspecified.
///          Nothing is read out of bounds and no value is out of range.
bool decode(std::string_view bytes, outcome& x);
bool decode(std::string_view bytes, job_counters& x);
bool decode(std::string_view bytes, job_record& x);
bool decode(std::string_view bytes, api_token& x);
bool decode(std::string_view bytes, std::vector<slot_id>& x);
bool decode(std::string_view bytes, std::vector<sheet_mark>& x);
bool decode(std::string_view bytes, delivery& x);
bool decode(std::string_view bytes, outbox_entry& x);
bool decode(std::string_view bytes, audit_entry& x);
bool decode(std::string_view bytes, rate_sample& x);

} // namespace pixmill::persistence
