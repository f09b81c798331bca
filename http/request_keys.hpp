#pragma once

#include <mutex>
#include <set>
#include <string>

namespace pixmill::http {

/// The idempotency keys of the requests that are being answered now.
class request_keys {
public:
  /// Holds a key for as long as it lives.
  class holder {
  public:
    /// @param tenant Keys of different tenants are different.
    holder(request_keys& keys, const std::string& tenant,
           const std::string& key);
    ~holder();
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;

    /// Returns whether the key was free; the empty one always is.
    bool held() const noexcept {
      return held_;
    }

  private:
    request_keys& keys_;
    const std::string key_;
    const bool held_;
  };

private:
  bool take(const std::string& key);
  void give_back(const std::string& key);

  std::mutex mutex_;
  std::set<std::string> taken_; // guarded by mutex_
};

/// Returns whether `key` may be an idempotency key: 1 to 255 printable ASCII
/// characters.
bool is_request_key(const std::string& key) noexcept;

} // namespace pixmill::http
