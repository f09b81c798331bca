#include "http/request_keys.hpp"

#include <algorithm>
#include <utility>

namespace pixmill::http {

request_keys::holder::holder(request_keys& keys, const std::string& tenant,
                             const std::string& key)
    : keys_{keys}, key_{key.empty() ? key : tenant + '\0' + key}, held_{
                                                                    keys_.take(
                                                                      key_)} {}

request_keys::holder::~holder() {
  if (held_)
    keys_.give_back(key_);
}

bool request_keys::take(const std::string& key) {
  if (key.empty())
    return true;
  const std::lock_guard lock{mutex_};
  return taken_.insert(key).second;
}

void request_keys::give_back(const std::string& key) {
  const std::lock_guard lock{mutex_};
  taken_.erase(key);
}

bool is_request_key(const std::string& key) noexcept {
  constexpr std::size_t most_bytes = 255;
  return !key.empty() && key.size() <= most_bytes
         && std::all_of(key.begin(), key.end(),
                        [](char c) { return c >= ' ' && c <= '~'; });
}

} // namespace pixmill::http
