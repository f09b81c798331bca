#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/unit.hpp>

namespace pixmill::persistence {

/// Syncs an object store on a thread of its own: that blocks for as long as
/// the disk likes, and the JOURNAL has others to serve meanwhile.
class object_syncer {
public:
  using callback = std::function<void(caf::error)>;

  /// @param sync Makes all durable that was stored before; blocks.
  explicit object_syncer(std::function<caf::expected<caf::unit_t>()> sync);
  /// Finishes what was asked for.
  ~object_syncer();
  object_syncer(const object_syncer&) = delete;
  object_syncer& operator=(const object_syncer&) = delete;

  /// Makes all durable that was stored before, and returns at once.
  /// @param done Gets what went wrong, or no error; called exactly once, on
  ///             the syncer's thread, in the order of the calls.
  void start(callback done);

private:
  void work();

  std::function<caf::expected<caf::unit_t>()> sync_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<callback> queue_;
  bool closing_ = false;
  std::thread thread_;
};

} // namespace pixmill::persistence
