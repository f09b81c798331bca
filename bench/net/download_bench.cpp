// What a download costs: this library's engine, or the least that libcurl's
// multi interface can be made to do, on the same URLs. See run.sh.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <latch>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <sys/resource.h>

#include "net/downloader.hpp"

namespace {

struct tally {
  std::uint64_t good = 0;
  std::uint64_t bytes = 0;
};

std::vector<std::string> read_urls(const char* file) {
  std::vector<std::string> result;
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);)
    if (!line.empty())
      result.push_back(line);
  return result;
}

tally run_engine(const std::vector<std::string>& urls, std::size_t count,
                 unsigned at_once, std::uint16_t port) {
  pixmill::net::fetch_settings settings;
  settings.max_transfers = settings.per_origin = at_once;
  settings.allow_cidrs = {"127.0.0.0/8"};
  settings.allow_ports = {port};
  auto engine = std::move(*pixmill::net::downloader::create(settings));
  std::atomic<std::uint64_t> good{0};
  std::atomic<std::uint64_t> bytes{0};
  std::latch ended{static_cast<std::ptrdiff_t>(count)};
  for (std::size_t n = 0; n < count; ++n)
    engine->start({.url = urls[n % urls.size()]},
                  [&](const pixmill::net::download& got) {
                    if (got.body) {
                      ++good;
                      bytes += got.body->size();
                    }
                    ended.count_down();
                  });
  ended.wait();
  return {good, bytes};
}

// Prints what becomes of each URL, one after the other.
void run_each(const std::vector<std::string>& urls, std::uint16_t port) {
  pixmill::net::fetch_settings settings;
  settings.allow_cidrs = {"127.0.0.1/32"};
  settings.allow_ports = {port};
  auto engine = std::move(*pixmill::net::downloader::create(settings));
  for (const auto& url : urls) {
    std::latch ended{1};
    engine->start({.url = url}, [&](const pixmill::net::download& got) {
      std::printf("%-20s %9zu bytes %6lld ms  %s  %s\n",
                  got.why ? got.why.word().c_str() : "ok",
                  got.body ? got.body->size() : 0,
                  static_cast<long long>(got.took.count()), url.c_str(),
                  got.why.detail.c_str());
      ended.count_down();
    });
    ended.wait();
  }
}

std::size_t append(char* bytes, std::size_t size, std::size_t count,
                   void* body) {
  static_cast<std::string*>(body)->append(bytes, size * count);
  return size * count;
}

tally run_bare(const std::vector<std::string>& urls, std::size_t count,
               unsigned at_once) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                    static_cast<long>(at_once));
  std::size_t next = 0;
  tally result;
  const auto begin = [&](CURL* easy) {
    if (next == count)
      return;
    curl_easy_setopt(easy, CURLOPT_URL, urls[next++ % urls.size()].c_str());
    curl_multi_add_handle(multi, easy);
  };
  std::vector<std::unique_ptr<std::string>> bodies;
  std::vector<CURL*> handles;
  for (unsigned n = 0; n < at_once; ++n) {
    CURL* easy = curl_easy_init();
    bodies.push_back(std::make_unique<std::string>());
    handles.push_back(easy);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &append);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, bodies.back().get());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, bodies.back().get());
    begin(easy);
  }
  for (std::size_t ended = 0; ended < count;) {
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    const auto before = ended;
    while (const auto* message = curl_multi_info_read(multi, &left)) {
      CURL* easy = message->easy_handle;
      const bool good = message->data.result == CURLE_OK;
      std::string* body = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &body);
      result.good += good ? 1 : 0;
      result.bytes += body->size();
      body->clear();
      ++ended;
      curl_multi_remove_handle(multi, easy);
      begin(easy);
    }
    if (ended == before)
      curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
  for (CURL* each : handles)
    curl_easy_cleanup(each);
  curl_multi_cleanup(multi);
  return result;
}

double cpu_milliseconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto ms = [](const timeval& x) {
    return static_cast<double>(x.tv_sec) * 1e3
           + static_cast<double>(x.tv_usec) / 1e3;
  };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

long peak_kib() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr,
                 "usage: %s engine|bare|each URLS-FILE COUNT AT-ONCE "
                 "PORT\n",
                 argv[0]);
    return 2;
  }
  const std::string_view mode{argv[1]};
  const auto urls = read_urls(argv[2]);
  const auto count =
    static_cast<std::size_t>(std::strtoul(argv[3], nullptr, 10));
  const auto at_once =
    std::max(1u, static_cast<unsigned>(std::strtoul(argv[4], nullptr, 10)));
  const auto port =
    static_cast<std::uint16_t>(std::strtoul(argv[5], nullptr, 10));
  if (urls.empty())
    return 2;
  if (mode == "each") {
    run_each(urls, port);
    std::printf("peak %ld MiB\n", peak_kib() / 1024);
    return 0;
  }
  const auto began = std::chrono::steady_clock::now();
  const auto before = cpu_milliseconds();
  const auto result = mode == "bare" ? run_bare(urls, count, at_once)
                                     : run_engine(urls, count, at_once, port);
  const auto cpu = cpu_milliseconds() - before;
  const std::chrono::duration<double> wall =
    std::chrono::steady_clock::now() - began;
  std::printf(
    "cpu_ms_each=%.4f wall_s=%.3f good=%llu bytes=%llu peak_mib=%ld\n",
    cpu / static_cast<double>(count), wall.count(),
    static_cast<unsigned long long>(result.good),
    static_cast<unsigned long long>(result.bytes), peak_kib() / 1024);
  return result.good == count ? 0 : 1;
}
