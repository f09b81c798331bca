#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace pixmill::persistence {

/// The contents that were stored, but whose outcomes are not recorded yet: no
/// outcome names them, and still they must not be removed. Thread-safe.
class object_pins {
public:
  /// Waits while `sha256` is being removed, and for nothing else.
  /// @param sha256 64 hex digits.
  void pin(std::string_view sha256) {
    std::string key{sha256};
    std::unique_lock lock{mutex_};
    removed_.wait(lock, [&] { return !leaving_.contains(key); });
    ++counts_[std::move(key)];
  }

  void unpin(std::string_view sha256) {
    const std::lock_guard lock{mutex_};
    const auto found = counts_.find(std::string{sha256});
    if (found != counts_.end() && --found->second == 0)
      counts_.erase(found);
  }

  /// Calls `act`, which removes `sha256`, if `unused` says so, unless it is
  /// pinned; it is not while either runs.
  /// @returns Whether `act` was called.
  template <class Condition, class Action>
  bool unless_pinned(std::string_view sha256, Condition unused, Action act) {
    std::string key{sha256};
    {
      std::unique_lock lock{mutex_};
      removed_.wait(lock, [&] { return !leaving_.contains(key); });
      if (counts_.contains(key))
        return false;
      leaving_.insert(key);
    }
    const bool acts = unused();
    if (acts)
      act();
    {
      const std::lock_guard lock{mutex_};
      leaving_.erase(key);
    }
    removed_.notify_all();
    return acts;
  }

private:
  std::mutex mutex_;
  std::condition_variable removed_;
  std::unordered_map<std::string, std::uint32_t> counts_;
  std::unordered_set<std::string> leaving_;
};

} // namespace pixmill::persistence
