#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace pixmill::net {

/// Counts the bytes of image bodies in memory, for all fetchers of a node.
///
/// A charge is either under way (a transfer's) or lent (of a body that someone
/// else holds now). Lent bytes come back by themselves; bytes under way only
/// when their transfer ends, which is why somebody may go over the limit when
/// nothing is lent.
///
/// @note Thread-safe. Outlives its fetchers for as long as a body does.
class memory_budget : public std::enable_shared_from_this<memory_budget> {
public:
  /// @param limit_bytes What `try_charge` keeps to.
  static std::shared_ptr<memory_budget> create(std::uint64_t limit_bytes);

  /// Charges `bytes` unless that passes the limit. A single charge larger than
  /// the limit is let through when there is no other.
  bool try_charge(std::uint64_t bytes) noexcept;

  /// Charges `bytes` in any case.
  void charge(std::uint64_t bytes) noexcept;

  /// Takes a charge back and tells the listeners.
  void give_back(std::uint64_t bytes) noexcept;

  /// Returns an empty string with room for `bytes`: one that served before, if
  /// there is one that fits. Fresh memory of this size costs more to map, fault
  /// in and unmap than a download costs otherwise (0.21 against 0.12 ms CPU).
  std::string take_buffer(std::uint64_t bytes);

  /// Takes the memory of a body that nobody needs any more.
  void recycle(std::string buffer) noexcept;

  /// Hands a body out; its charge is given back with the last reference.
  /// @param charged What has been charged for it.
  std::shared_ptr<const std::string> lend(std::string body,
                                          std::uint64_t charged);

  std::uint64_t held_bytes() const noexcept {
    return held_.load(std::memory_order_relaxed);
  }

  std::uint64_t lent_bytes() const noexcept {
    return lent_.load(std::memory_order_relaxed);
  }

  /// A listener's registration; ends with its life.
  class subscription {
  public:
    subscription(std::shared_ptr<memory_budget> budget, std::uint64_t id);
    ~subscription();
    subscription(const subscription&) = delete;
    subscription& operator=(const subscription&) = delete;

  private:
    std::shared_ptr<memory_budget> budget_;
    std::uint64_t id_;
  };

  /// Calls `on_release` after each body that is let go while `starving`, on
  /// the thread that lets it go; must not block.
  /// @param starving Whether the listener waits for bytes; outlives the result.
  std::unique_ptr<subscription> subscribe(const std::atomic<bool>& starving,
                                          std::function<void()> on_release);

private:
  static constexpr std::uint64_t most_idle_bytes = 32 << 20;

  explicit memory_budget(std::uint64_t limit_bytes);
  void end_loan(std::uint64_t bytes) noexcept;

  struct listener {
    std::uint64_t id;
    const std::atomic<bool>* starving;
    std::function<void()> on_release;
  };

  const std::uint64_t limit_;
  std::atomic<std::uint64_t> held_{0};
  std::atomic<std::uint64_t> lent_{0};
  std::mutex mutex_;
  /// By capacity; not charged, but at most `most_idle_bytes`.
  std::multimap<std::size_t, std::string> idle_; // guarded by mutex_
  std::uint64_t idle_bytes_ = 0;                 // guarded by mutex_
  std::uint64_t last_id_ = 0;                    // guarded by mutex_
  std::vector<listener> listeners_;              // guarded by mutex_
};

} // namespace pixmill::net
