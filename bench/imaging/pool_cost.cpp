#include "bench/imaging/pool_cost.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <string>

#include <unistd.h>

#include "imaging/codec_pool.hpp"

namespace pixmill {

namespace {

namespace fs = std::filesystem;

constexpr int rounds = 5;

using pictures = std::vector<std::shared_ptr<const std::string>>;

double milliseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e3
         + static_cast<double>(now.tv_nsec) / 1e6;
}

/// The only child of this process, whichever thread has started it; 0: none.
pid_t only_child() {
  for (const auto& thread : fs::directory_iterator("/proc/self/task")) {
    std::ifstream file(thread.path() / "children");
    pid_t child = 0;
    if (file >> child)
      return child;
  }
  return 0;
}

/// Time in the kernel, by ticks.
double kernel_milliseconds(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  // The name may have blanks; the 13th field behind it is the time.
  const auto end = text.rfind(')');
  long ticks = 0;
  if (end != std::string::npos)
    std::sscanf(text.c_str() + end + 1,
                " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %ld", &ticks);
  return static_cast<double>(ticks) * 1e3
         / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// A line of its status, MB.
double megabytes(pid_t process, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  std::string word;
  while (file >> word)
    if (word == name) {
      double kilobytes = 0;
      file >> kilobytes;
      return kilobytes / 1024;
    }
  return 0;
}

void run_here(const pictures& all, const compress_goal& goal,
              imaging::compress_effort effort) {
  for (const auto& one : all)
    (void)imaging::compress(
      {reinterpret_cast<const std::uint8_t*>(one->data()), one->size()}, goal,
      {}, effort);
}

/// Two at a time, so that the process never waits for the next.
void run_there(imaging::codec_pool& pool, const pictures& all,
               const compress_goal& goal) {
  std::vector<std::future<void>> under_way;
  for (const auto& one : all) {
    if (under_way.size() >= 2)
      under_way[under_way.size() - 2].wait();
    auto done = std::make_shared<std::promise<void>>();
    under_way.push_back(done->get_future());
    pool.start(one, goal, 1, [done](const auto&) { done->set_value(); });
  }
  for (const auto& one : under_way)
    one.wait();
}

} // namespace

int report_pool_cost(const std::vector<fs::path>& paths,
                     const compress_goal& goal, imaging::compress_effort effort,
                     const char* program) {
  pictures all;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    all.push_back(std::make_shared<const std::string>(
      std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()));
  }
  auto pool =
    imaging::codec_pool::create({.mode = effort, .processes = 1}, program);
  if (!pool) {
    std::fprintf(stderr, "no pool: is %s there?\n", program);
    return 1;
  }
  run_there(**pool, all, goal);
  const auto child = only_child();
  clockid_t clock{};
  if (child == 0 || clock_getcpuclockid(child, &clock) != 0) {
    std::fprintf(stderr, "no codec process\n");
    return 1;
  }
  run_here(all, goal, effort);
  std::vector<double> ratios;
  for (int i = 0; i < rounds; ++i) {
    const auto before = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
    run_here(all, goal, effort);
    const auto between = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
    const auto codec_before = milliseconds(clock);
    const auto kernel_before = kernel_milliseconds(child);
    run_there(**pool, all, goal);
    const auto here = between - before;
    const auto own = milliseconds(CLOCK_PROCESS_CPUTIME_ID) - between;
    const auto codec = milliseconds(clock) - codec_before;
    const auto kernel = kernel_milliseconds(child) - kernel_before;
    ratios.push_back((own + codec) / here);
    std::printf("in this process %.0f ms; through the pool %.0f + %.0f ms "
                "(%.0f of them in the kernel): %.4f x\n",
                here, own, codec, kernel, ratios.back());
  }
  std::sort(ratios.begin(), ratios.end());
  std::printf("median %.4f x; the codec process peaked at %.1f MB and has "
              "%.1f MB now\n",
              ratios[ratios.size() / 2], megabytes(child, "VmHWM:"),
              megabytes(child, "VmRSS:"));
  return 0;
}

} // namespace pixmill
