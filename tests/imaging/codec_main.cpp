// A codec process whose pictures are commands, for the tests of the pool:
//
//   crash             dies by SIGABRT
//   crash-once:PATH   dies unless PATH exists, and makes it
//   exit              ends with exit code 3
//   hang              never answers
//   refuse:TEXT       answers errc::decode with TEXT
//   steer             answers an error that is not a codec's to report
//   garbage           answers with a packet that is none
//   oversized         answers with more than its source
//   keep              answers that the source is the best
//   strip             answers that it is, without its metadata
//   memory            wants more than any limit
//   pid, environment, descriptors, limits    tell about the process
//   goal              tells what it was asked for
//
// Anything else comes back as its first half.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "imaging/codec_sandbox.hpp"
#include "imaging/codec_server.hpp"
#include "model/errc.hpp"

namespace {

using namespace pixmill;

int descriptor_of_pool = -1;

caf::expected<imaging::compressed_image> text(std::string bytes) {
  imaging::compressed_image result;
  result.bytes = std::move(bytes);
  result.format = image_format::jpeg;
  result.width = 4;
  result.height = 3;
  result.quality = 50;
  result.likeness = {990'000, 980'000, 970'000, 960'000};
  return result;
}

void crash_once(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return;
  ::close(file);
  std::abort();
}

std::string environment() {
  std::string result;
  for (char** entry = ::environ; *entry != nullptr; ++entry)
    result.append(*entry).append("\n");
  return result;
}

std::string content_of(const char* path) {
  std::ifstream file{path};
  std::string text;
  std::getline(file, text);
  return text;
}

std::string descriptors() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"})
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  std::string result;
  for (const auto& name : names)
    result.append(name).append(" ");
  return result;
}

std::string limits() {
  rlimit core{};
  rlimit memory{};
  ::getrlimit(RLIMIT_CORE, &core);
  ::getrlimit(RLIMIT_AS, &memory);
  return "core " + std::to_string(core.rlim_max) + " memory "
         + std::to_string(memory.rlim_max) + " nice "
         + std::to_string(::getpriority(PRIO_PROCESS, 0)) + " session "
         + content_of("/proc/self/autogroup");
}

std::string describe(const compress_goal& goal,
                     const imaging::decode_limits& limits,
                     imaging::compress_effort effort) {
  return std::to_string(static_cast<int>(goal.target)) + " "
         + std::to_string(goal.value) + " "
         + std::to_string(goal.floor_ssim_ppm) + " "
         + std::to_string(static_cast<int>(goal.format)) + " "
         + std::to_string(goal.max_edge) + " "
         + std::to_string(limits.max_pixels) + " "
         + std::to_string(limits.max_side) + " "
         + std::to_string(limits.max_frames) + " "
         + std::to_string(static_cast<int>(effort));
}

// The command may stand in front of blanks: the pool rejects answers that
// outweigh their sources.
std::string command_of(std::span<const std::uint8_t> source) {
  std::string result{source.begin(), source.end()};
  result.erase(result.find_last_not_of(' ') + 1);
  return result;
}

caf::expected<imaging::compressed_image>
report(const std::string& command, const compress_goal& goal,
       const imaging::decode_limits& decode, imaging::compress_effort effort) {
  if (command == "pid")
    return text(std::to_string(::getpid()));
  if (command == "environment")
    return text(environment());
  if (command == "descriptors")
    return text(descriptors());
  if (command == "limits")
    return text(limits());
  if (command == "goal")
    return text(describe(goal, decode, effort));
  return text(command.substr(0, std::max<std::size_t>(1, command.size() / 2)));
}

caf::expected<imaging::compressed_image>
obey(std::span<const std::uint8_t> source, const compress_goal& goal,
     const imaging::decode_limits& decode, imaging::compress_effort effort) {
  const auto command = command_of(source);
  if (command == "crash")
    std::abort();
  if (command.starts_with("crash-once:"))
    crash_once(command.substr(11));
  if (command == "exit")
    std::_Exit(3);
  if (command == "memory")
    throw std::bad_alloc{};
  while (command == "hang")
    ::pause();
  if (command.starts_with("refuse:"))
    return make_error(errc::decode, command.substr(7));
  if (command == "steer")
    return make_error(errc::canceled);
  if (command == "garbage")
    ::send(descriptor_of_pool, "?", 1, MSG_NOSIGNAL);
  if (command == "oversized")
    return text(std::string(1 << 20, 'x'));
  if (command == "strip") {
    auto result = text("st");
    result->kept_original = true;
    return result;
  }
  if (command == "keep") {
    imaging::compressed_image result;
    result.kept_original = true;
    result.target_missed = true;
    return result;
  }
  return report(command, goal, decode, effort);
}

// Lets commands open files, and says so.
imaging::sandbox_gaps confine(std::uint64_t memory_limit) {
  return static_cast<imaging::sandbox_gaps>(
    imaging::limit_resources(memory_limit)
    | static_cast<unsigned>(imaging::sandbox_gap::system_calls));
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3 || std::string{"--codec"} != argv[1]) {
    std::fputs("usage: codec --codec DESCRIPTOR\n", stderr);
    return 2;
  }
  descriptor_of_pool = std::atoi(argv[2]);
  return imaging::serve_codec(descriptor_of_pool, obey, confine);
}
