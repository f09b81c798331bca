#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include <caf/error.hpp>

namespace pixmill::actors {

/// How many accepted jobs wait for their turn, in all and of each tenant, and
/// whether there is room for one more. The SUPERVISOR counts; front ends look
/// before they take a sheet in. Thread-safe, and never waits.
class admission {
public:
  /// @param most_waiting Jobs that wait at once.
  /// @param most_of_tenant Of these, jobs of one tenant; 0: no limit of its
  ///        own.
  admission(std::uint32_t most_waiting, std::uint32_t most_of_tenant)
      : most_waiting_{most_waiting}, most_of_tenant_{most_of_tenant} {}

  /// @retval errc::queue_full, errc::tenant_queue_full There is no room.
  caf::error check(const std::string& tenant) const;

  /// Counts a job, if `check` finds room for it.
  caf::error take(const std::string& tenant);

  /// Counts a job that was accepted in an earlier life: room or not.
  void add(const std::string& tenant);

  /// Takes back what `take` or `add` counted: the job waits no more.
  void leave(const std::string& tenant);

private:
  caf::error room(const std::string& tenant) const;

  const std::uint32_t most_waiting_;
  const std::uint32_t most_of_tenant_;
  mutable std::mutex mutex_; // guards what follows
  std::uint32_t waiting_ = 0;
  std::map<std::string, std::uint32_t> of_tenant_;
};

} // namespace pixmill::actors
