#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pixmill::persistence {

/// The contents that were stored, but whose outcomes are not recorded yet: no
/// outcome names them, and still they must not be removed. Thread-safe.
class object_pins {
public:
  /// @param sha256 64 hex digits.
  void pin(std::string_view sha256) {
    const std::lock_guard lock{mutex_};
    ++counts_[std::string{sha256}];
  }

  void unpin(std::string_view sha256) {
    const std::lock_guard lock{mutex_};
    const auto found = counts_.find(std::string{sha256});
    if (found != counts_.end() && --found->second == 0)
      counts_.erase(found);
  }

  /// Calls `act` unless `sha256` is pinned; it is not while `act` runs.
  /// @returns Whether it was called.
  template <class Action>
  bool unless_pinned(std::string_view sha256, Action act) {
    const std::lock_guard lock{mutex_};
    if (counts_.contains(std::string{sha256}))
      return false;
    act();
    return true;
  }

private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::uint32_t> counts_;
};

} // namespace pixmill::persistence
