#include "cli/machine_check.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>
#include <utility>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "cli/bucket_check.hpp"

namespace pixmill::cli {
namespace {

namespace fs = std::filesystem;
using grade = finding::grade;

constexpr std::uint64_t mebibyte = 1ull << 20;
constexpr std::uint64_t gibibyte = 1ull << 30;

// Descriptors besides the transfers': the journal's tables, codec processes,
// the log, CAF.
constexpr std::uint64_t other_descriptors = 512;

std::string readable(std::uint64_t bytes) {
  const bool large = bytes >= 10 * gibibyte;
  return std::to_string(bytes / (large ? gibibyte : mebibyte))
         + (large ? " GiB" : " MiB");
}

finding well(std::string subject, std::string detail) {
  return {.subject = std::move(subject),
          .how = grade::ok,
          .detail = std::move(detail),
          .remedy = {}};
}

// Returns a number of bytes out of /proc/meminfo, which counts in kB.
std::uint64_t meminfo(std::string_view name) {
  std::ifstream file{"/proc/meminfo"};
  for (std::string word; file >> word;) {
    if (word != name)
      continue;
    std::uint64_t kilobytes = 0;
    file >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

finding check_cores(const config::settings& settings) {
  const auto cores = std::thread::hardware_concurrency();
  const auto processes = settings.imaging.processes;
  auto out =
    well("cores", std::to_string(cores) + ", codec processes "
                    + std::to_string(processes == 0 ? cores : processes));
  if (cores != 0 && processes > 2 * cores) {
    out.how = grade::warn;
    out.remedy = "more codec processes than twice the cores only take memory; "
                 "lower imaging.processes";
  }
  return out;
}

finding check_memory(const config::settings& settings) {
  const auto available = meminfo("MemAvailable:");
  auto out = well("memory", readable(available) + " available of "
                              + readable(meminfo("MemTotal:")));
  // What a codec process needs for a picture of a phone's camera.
  constexpr auto per_process = 128 * mebibyte;
  const auto processes = settings.imaging.processes != 0
                           ? settings.imaging.processes
                           : std::thread::hardware_concurrency();
  const auto wanted = settings.fetch.memory_budget + processes * per_process;
  if (available < wanted) {
    out.how = grade::warn;
    out.remedy = "about " + readable(wanted)
                 + " are used at full load; lower fetch.memory-budget or "
                   "imaging.processes";
  }
  return out;
}

finding check_file_limit(const config::settings& settings) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return {.subject = "file limit",
            .how = grade::warn,
            .detail = std::generic_category().message(errno),
            .remedy = "see ulimit -n"};
  const auto wanted =
    std::uint64_t{settings.fetch.max_transfers} * 2 + other_descriptors;
  auto out =
    well("file limit", std::to_string(limit.rlim_cur) + " descriptors, at most "
                         + std::to_string(limit.rlim_max));
  if (limit.rlim_cur < wanted) {
    out.how = limit.rlim_cur < wanted / 2 ? grade::fail : grade::warn;
    out.remedy = "ulimit -n " + std::to_string(wanted)
                 + " before the start (LimitNOFILE= in a systemd unit), or "
                   "lower fetch.max-transfers";
  }
  return out;
}

finding check_clock() {
  using std::chrono::system_clock;
  auto out = well("clock", "synchronised");
  struct stat self {};
  if (stat("/proc/self/exe", &self) == 0
      && system_clock::to_time_t(system_clock::now()) < self.st_mtime) {
    out.how = grade::fail;
    out.detail = "earlier than when this program was built";
    out.remedy = "set the clock: certificates are refused otherwise";
    return out;
  }
  timex state{};
  const auto answer = adjtimex(&state);
  if (answer == TIME_ERROR) {
    out.how = grade::warn;
    out.detail = "not synchronised";
    out.remedy = "run an NTP client, such as systemd-timesyncd";
  } else if (answer < 0) {
    out.detail = "plausible; the kernel does not say if it is synchronised";
  }
  return out;
}

finding check_threads(const config::settings& settings) {
  auto out =
    well("actor threads", std::to_string(settings.scheduler.max_threads));
  const auto cores = std::thread::hardware_concurrency();
  if (cores != 0 && settings.scheduler.max_threads > cores) {
    out.how = grade::warn;
    out.remedy = "more than there are cores; lower scheduler.max-threads";
  }
  return out;
}

} // namespace

finding check_folder(const std::string& subject, const std::string& folder) {
  std::error_code code;
  auto existing = fs::absolute(folder, code);
  while (!fs::exists(existing, code) && existing.has_relative_path())
    existing = existing.parent_path();
  auto out = well(subject, {});
  struct statvfs room {};
  if (access(existing.c_str(), W_OK | X_OK) != 0
      || statvfs(existing.c_str(), &room) != 0) {
    out.how = grade::fail;
    out.detail =
      existing.string() + ": " + std::generic_category().message(errno);
    out.remedy = "make it writable, or set store." + subject;
    return out;
  }
  const auto free = std::uint64_t{room.f_bavail} * room.f_frsize;
  out.detail = readable(free) + " free at " + existing.string();
  if (free < gibibyte || (room.f_files != 0 && room.f_favail < 10'000)) {
    out.how = free < 64 * mebibyte ? grade::fail : grade::warn;
    out.remedy = "make room, or set store." + subject
                 + " to a larger disk; nothing is accepted while it is full";
  }
  return out;
}

finding check_magick_policy(std::string_view policy) {
  constexpr std::array<std::string_view, 3> coders{"JPEG", "TIFF", "BMP"};
  std::string denied;
  for (std::size_t at = 0; at < policy.size();) {
    const auto begin = policy.find('<', at);
    if (begin == std::string_view::npos)
      break;
    const bool comment = policy.substr(begin, 4) == "<!--";
    const auto end =
      std::min(policy.find(comment ? "-->" : ">", begin), policy.size());
    const auto element = policy.substr(begin, end - begin);
    at = end + 1;
    if (comment || element.substr(0, 7) != "<policy"
        || element.find("domain=\"coder\"") == std::string_view::npos
        || element.find("rights=\"none\"") == std::string_view::npos)
      continue;
    for (const auto coder : coders)
      if (element.find("\"" + std::string{coder} + "\"")
            != std::string_view::npos
          || element.find("pattern=\"*\"") != std::string_view::npos)
        denied += (denied.empty() ? "" : ", ") + std::string{coder};
  }
  if (denied.empty())
    return well("ImageMagick policy", "takes nothing away");
  return {.subject = "ImageMagick policy",
          .how = grade::warn,
          .detail = "denies " + denied,
          .remedy = "allow them in /etc/ImageMagick-6/policy.xml, or images of "
                    "these formats fail"};
}

std::vector<finding> check_machine(const config::settings& settings) {
  return {check_cores(settings),
          check_threads(settings),
          check_memory(settings),
          check_file_limit(settings),
          check_clock(),
          check_folder("journal", settings.store.journal),
          settings.store.kind == persistence::store_kind::s3
            ? check_bucket(settings.s3)
            : check_folder("images", settings.store.images)};
}

} // namespace pixmill::cli
