#pragma once

#include <cstdint>

namespace pixmill::telemetry {

/// How busy a machine is, and how much memory this process and its children
/// hold. Reads `/proc`.
class load_meter {
public:
  /// Returns which share of all cores was busy since the last call, in ppm; 0
  /// at the first.
  std::uint32_t cpu_ppm();

  /// Returns the resident memory of this process and of its children.
  static std::uint64_t memory_bytes();

private:
  std::uint64_t busy_ = 0;
  std::uint64_t all_ = 0;
};

} // namespace pixmill::telemetry
