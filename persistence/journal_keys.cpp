#include "persistence/journal_keys.hpp"

namespace pixmill::persistence {
namespace {

constexpr std::size_t time_bytes = 8;

void append_number(std::string& out, std::uint64_t x, int bytes) {
  for (auto shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(x >> shift);
}

std::uint64_t number_in(std::string_view bytes) noexcept {
  std::uint64_t x = 0;
  for (const auto byte : bytes)
    x = x << 8 | static_cast<unsigned char>(byte);
  return x;
}

} // namespace

std::string job_prefix(std::string_view job) {
  std::string key{job};
  key += '\0';
  return key;
}

std::string job_prefix_end(std::string_view job) {
  std::string key{job};
  key += '\1';
  return key;
}

std::string slot_key(std::string_view job, slot_id slot) {
  auto key = job_prefix(job);
  append_number(key, slot.row, 4);
  append_number(key, slot.index, 2);
  return key;
}

bool parse_slot_key(std::string_view key, std::string_view prefix,
                    slot_id& slot) noexcept {
  if (key.size() != prefix.size() + 6 || !key.starts_with(prefix))
    return false;
  slot.row =
    static_cast<std::uint32_t>(number_in(key.substr(prefix.size(), 4)));
  slot.index =
    static_cast<std::uint16_t>(number_in(key.substr(key.size() - 2)));
  return true;
}

std::string chunk_key(std::string_view job, std::uint32_t index) {
  auto key = job_prefix(job);
  append_number(key, index, 4);
  return key;
}

std::string_view job_of_key(std::string_view key) noexcept {
  return key.substr(0, key.find('\0'));
}

std::string trail_key(std::string_view job, std::uint64_t position) {
  auto key = job_prefix(job);
  append_number(key, static_cast<std::uint32_t>(position >> 32), 4);
  append_number(key, static_cast<std::uint32_t>(position), 4);
  return key;
}

bool parse_trail_key(std::string_view key, std::string_view prefix,
                     std::uint64_t& position) noexcept {
  if (key.size() != prefix.size() + 8 || !key.starts_with(prefix))
    return false;
  position = std::uint64_t{number_in(key.substr(prefix.size(), 4))} << 32
             | number_in(key.substr(prefix.size() + 4));
  return true;
}

std::string index_key(std::string_view job, const item_class& of,
                      slot_id slot) {
  auto key = job_prefix(job);
  append_number(key, static_cast<std::uint32_t>(of.state), 1);
  append_number(key, static_cast<std::uint32_t>(of.code), 1);
  append_number(key, of.http_status, 2);
  append_number(key, slot.row, 4);
  append_number(key, slot.index, 2);
  return key;
}

std::string index_class_end(std::string_view job, const item_class& of) {
  // No slot has the last row and the last index that there could be.
  return index_key(job, of, {UINT32_MAX, UINT16_MAX});
}

bool parse_index_key(std::string_view key, std::string_view prefix,
                     item_class& of, slot_id& slot) noexcept {
  if (key.size() != prefix.size() + 10 || !key.starts_with(prefix))
    return false;
  key.remove_prefix(prefix.size());
  of.state = static_cast<item_state>(key[0]);
  of.code = static_cast<errc>(key[1]);
  of.http_status = static_cast<std::uint16_t>(number_in(key.substr(2, 2)));
  slot.row = static_cast<std::uint32_t>(number_in(key.substr(4, 4)));
  slot.index = static_cast<std::uint16_t>(number_in(key.substr(8, 2)));
  return true;
}

std::string record_key(std::string_view job) {
  return std::string{"r"}.append(job);
}

std::string counters_key(std::string_view job) {
  return std::string{"c"}.append(job);
}

std::string tombstone_key(std::string_view job) {
  return std::string{"g"}.append(job);
}

std::string purge_key(std::string_view job) {
  return std::string{"p"}.append(job);
}

std::string reference_key(std::string_view sha256, std::string_view job) {
  const auto digit = [](char x) { return x <= '9' ? x - '0' : x - 'a' + 10; };
  const auto half = sha256.substr(0, 32);
  std::string key;
  for (std::size_t i = 0; i + 1 < half.size(); i += 2)
    key += static_cast<char>(digit(half[i]) << 4 | digit(half[i + 1]));
  return key.append(job);
}

std::string submission_key(std::string_view tenant, std::string_view key) {
  std::string out{"k"};
  if (!tenant.empty())
    out.append(tenant).append(1, '\0');
  return out.append(key);
}

std::string fingerprint_key(std::string_view fingerprint,
                            std::string_view job) {
  return std::string{"f"}.append(fingerprint).append(1, '\0').append(job);
}

std::string outbox_key(unix_ms due, std::string_view event) {
  std::string key;
  append_number(key, static_cast<std::uint64_t>(due), time_bytes);
  return key.append(event);
}

bool parse_outbox_key(std::string_view key, unix_ms& due, std::string& event) {
  if (key.size() <= time_bytes)
    return false;
  due = static_cast<unix_ms>(number_in(key.substr(0, time_bytes)));
  event = key.substr(time_bytes);
  return true;
}

// The ids of jobs start otherwise, so that the three do not meet.

std::string delivery_key(std::string_view job, std::string_view event) {
  return job_prefix(job).append(event);
}

std::string event_key(std::string_view event) {
  return std::string{"event\0", 6}.append(event);
}

std::string receiver_key(std::string_view url) {
  return std::string{"gone\0", 5}.append(url);
}

std::string history_key(std::uint8_t level, std::uint32_t place) {
  std::string key(1, static_cast<char>(level));
  append_number(key, place, 4);
  return key;
}

} // namespace pixmill::persistence
