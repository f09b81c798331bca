#pragma once

#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/api_token.hpp"

namespace pixmill::persistence {

class journal_database;

/// The tokens in a journal; of their secrets the hash alone.
class token_store {
public:
  /// @param database Outlives it.
  explicit token_store(const journal_database& database)
      : database_{database} {}

  /// Makes a token durable: synced on return. One thread writes.
  /// @retval errc::disk_full, errc::store
  caf::expected<caf::unit_t> put(const api_token& token);

  /// Removes a token: synced on return. One thread writes.
  /// @returns Whether there was one of this id.
  caf::expected<bool> erase(std::string_view id);

  /// Returns all tokens, oldest first. Thread-safe.
  caf::expected<std::vector<api_token>> all() const;

private:
  const journal_database& database_;
};

} // namespace pixmill::persistence
