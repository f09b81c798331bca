#include "http/token_table.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "model/sha256.hpp"

namespace pixmill::http {

void token_table::add(std::vector<api_token> tokens) {
  const std::unique_lock lock{mutex_};
  for (auto& one : tokens)
    tokens_.push_back(std::make_shared<const api_token>(std::move(one)));
  guarded_ = guarded_ || !tokens_.empty();
}

bool token_table::remove(std::string_view id) {
  const std::unique_lock lock{mutex_};
  return std::erase_if(tokens_, [&](const auto& x) { return x->id == id; }) > 0;
}

bool token_table::guarded() const {
  const std::shared_lock lock{mutex_};
  return guarded_;
}

std::shared_ptr<const api_token>
token_table::find(std::string_view secret) const {
  const auto hash = sha256_of(secret);
  const std::shared_lock lock{mutex_};
  std::shared_ptr<const api_token> found;
  // To the end, also after the one that fits.
  for (const auto& one : tokens_)
    if (same_secret(one->sha256, hash))
      found = one;
  return found;
}

std::vector<api_token> token_table::all() const {
  const std::shared_lock lock{mutex_};
  std::vector<api_token> out;
  out.reserve(tokens_.size());
  for (const auto& one : tokens_)
    out.push_back(*one);
  return out;
}

std::size_t token_table::size() const {
  const std::shared_lock lock{mutex_};
  return tokens_.size();
}

} // namespace pixmill::http
