#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <caf/expected.hpp>

#include "http/backend.hpp"
#include "http/csv_sink.hpp"
#include "http/spool.hpp"

namespace pixmill::http {

/// Where sheets that are only checked wait until they are whole.
struct sheet_room {
  explicit sheet_room(std::string directory)
      : spools{.directory = std::move(directory),
               .above = 1u << 20,
               .memory = memory,
               .disk = disk} {}
  sheet_room(const sheet_room&) = delete;
  sheet_room& operator=(const sheet_room&) = delete;

  byte_budget memory{32u << 20};
  byte_budget disk{4ull << 30};
  spool_room spools;
};

/// A CSV that is checked and nothing else. It never comes near the journal, so
/// that it is answered even while that has no space; what is said about it may
/// come last, so it is kept until then.
class sheet_check final : public csv_sink {
public:
  /// @param max_bytes Of the CSV as sent.
  sheet_check(backend& head, sheet_room& room, std::uint64_t max_bytes);

  /// @retval errc::too_large, errc::disk_full, errc::store
  caf::error feed(std::string_view bytes) override;

  /// Checks what has come; once.
  caf::expected<sheet_summary> check(const job_options& options);

private:
  backend& head_;
  const std::uint64_t max_bytes_;
  spool kept_;
};

} // namespace pixmill::http
