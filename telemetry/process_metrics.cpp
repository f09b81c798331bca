#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "telemetry/child_processes.hpp"
#include "telemetry/metrics.hpp"

namespace pixmill::telemetry {
namespace {

double seconds_of(const timeval& x) {
  return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) / 1e6;
}

// Field `number` of a process's `stat`, from 1. The second may hold blanks, so
// counting begins behind its bracket.
double stat_field(const std::string& process, int number) {
  std::ifstream file{"/proc/" + process + "/stat"};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::size_t at = text.rfind(')');
  for (int i = 2; i < number && at != text.npos; ++i)
    at = text.find(' ', at + 1);
  return at == text.npos ? 0 : std::strtod(text.c_str() + at, nullptr);
}

// Seconds since 1970 at which this process started.
double find_start_time() {
  timespec now{};
  timespec up{};
  clock_gettime(CLOCK_REALTIME, &now);
  clock_gettime(CLOCK_BOOTTIME, &up);
  constexpr int start_ticks = 22;
  const auto boot = static_cast<double>(now.tv_sec - up.tv_sec)
                    + static_cast<double>(now.tv_nsec - up.tv_nsec) / 1e9;
  return boot
         + stat_field("self", start_ticks)
             / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::array<double, 2> memory_bytes() {
  std::ifstream file{"/proc/self/statm"};
  double pages = 0;
  double resident = 0;
  file >> pages >> resident;
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {pages * page, resident * page};
}

double open_descriptors() {
  std::error_code failed;
  const std::filesystem::directory_iterator entries{"/proc/self/fd", failed};
  // The one that reads the folder is among them.
  return failed ? 0
                : static_cast<double>(std::distance(
                    begin(entries), std::filesystem::directory_iterator{}))
                    - 1;
}

// User and system time.
std::uint64_t cpu_us_of(const std::string& process) {
  const auto ticks = stat_field(process, 14) + stat_field(process, 15);
  return static_cast<std::uint64_t>(
    ticks * 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

} // namespace

std::uint64_t process_cpu_us() {
  std::uint64_t sum = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) { // Those that ended.
    rusage used{};
    getrusage(who, &used);
    for (const auto& x : {used.ru_utime, used.ru_stime})
      sum += static_cast<std::uint64_t>(x.tv_sec) * 1'000'000
             + static_cast<std::uint64_t>(x.tv_usec);
  }
  for (const auto& child : child_processes())
    sum += cpu_us_of(child);
  // A child that ends in between is missing once; what grows must not go back.
  static std::atomic<std::uint64_t> most{0};
  auto before = most.load();
  while (before < sum && !most.compare_exchange_weak(before, sum)) {}
  return std::max(before, sum);
}

void add_process_metrics(metric_page& page) {
  static const double started = find_start_time();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  const auto [virtual_bytes, resident_bytes] = memory_bytes();
  page.counter("process_cpu_seconds_total", "CPU time, user and system.",
               seconds_of(used.ru_utime) + seconds_of(used.ru_stime));
  page.gauge("process_resident_memory_bytes", "Memory in RAM.", resident_bytes);
  page.gauge("process_virtual_memory_bytes", "Address space.", virtual_bytes);
  page.gauge("process_open_fds", "Open file descriptors.", open_descriptors());
  page.gauge("process_max_fds", "Most file descriptors.",
             static_cast<double>(files.rlim_cur));
  page.gauge("process_start_time_seconds", "When the process started.",
             started);
  page.gauge("pixmill_build_info", "1; the labels say what runs.", 1,
             {{"version", PIXMILL_VERSION}});
}

} // namespace pixmill::telemetry
