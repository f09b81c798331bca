#pragma once

#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "model/api_token.hpp"

namespace pixmill::http {

/// The tokens that count now, as the journal has them. Thread-safe.
class token_table {
public:
  /// Adds tokens; from now on the service is guarded.
  void add(std::vector<api_token> tokens);

  /// Drops a token. The service stays guarded without any: it must not open to
  /// everybody because its last key was taken away.
  /// @returns Whether there was one of this id.
  bool remove(std::string_view id);

  /// Returns whether there is, or since the start has been, a token.
  bool guarded() const;

  /// Returns whose secret this is; null: nobody's. Takes the same time for
  /// every secret, whatever tokens there are.
  std::shared_ptr<const api_token> find(std::string_view secret) const;

  /// Returns all tokens, oldest first.
  std::vector<api_token> all() const;

  std::size_t size() const;

private:
  mutable std::shared_mutex mutex_; // guards what follows
  std::vector<std::shared_ptr<const api_token>> tokens_;
  bool guarded_ = false;
};

} // namespace pixmill::http
