#include "telemetry/load_meter.hpp"

#include <array>
#include <fstream>
#include <string>

#include <unistd.h>

#include "telemetry/child_processes.hpp"

namespace pixmill::telemetry {
namespace {

std::uint64_t resident_bytes(const std::string& process) {
  std::ifstream file{"/proc/" + process + "/statm"};
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  file >> pages >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

} // namespace

std::uint32_t load_meter::cpu_ppm() {
  std::ifstream file{"/proc/stat"};
  std::string name;
  // user nice system idle iowait irq softirq steal
  std::array<std::uint64_t, 8> ticks{};
  file >> name;
  std::uint64_t all = 0;
  for (auto& each : ticks) {
    file >> each;
    all += each;
  }
  constexpr std::size_t idle = 3;
  constexpr std::size_t waiting = 4;
  const auto busy = all - ticks[idle] - ticks[waiting];
  const auto span = all - all_;
  const auto worked = busy - busy_;
  const bool first = all_ == 0;
  all_ = all;
  busy_ = busy;
  constexpr std::uint64_t whole = 1'000'000;
  // The kernel's counters for waiting may go back a little.
  return first || span == 0 || worked > span
           ? 0
           : static_cast<std::uint32_t>(worked * whole / span);
}

std::uint64_t load_meter::memory_bytes() {
  auto sum = resident_bytes("self");
  for (const auto& child : child_processes())
    sum += resident_bytes(child);
  return sum;
}

} // namespace pixmill::telemetry
