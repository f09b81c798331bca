// Compresses every GIF of directories beside gifsicle, at as many bytes:
//
//   pixmill_gif_bench DIR... [-- FLAG...]
//
// FLAGs are gifsicle's, `-O2 --lossy=80` if there are none. Prints for each
// file the bytes, SSIM of luma and of chroma (means over the frames as they are
// seen, at the time when they are), of luma in the worst frame, and CPU time of
// both, Pixmill's with its search for the bytes that gifsicle took.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "imaging/compressor.hpp"
#include "imaging/gif_frames.hpp"
#include "imaging/pixel_similarity.hpp"

extern char** environ;

namespace {

namespace fs = std::filesystem;
using namespace pixmill;

struct options {
  std::vector<fs::path> directories;
  std::vector<std::string> flags;
};

struct outcome {
  std::string bytes;
  double milliseconds = 0; ///< CPU.
  imaging::similarity likeness;
  std::uint32_t worst_frame_ppm = 0; ///< Luma.
};

double milliseconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3
         + static_cast<double>(time.tv_usec) / 1e3;
}

double used_by(int who) {
  rusage used{};
  getrusage(who, &used);
  return milliseconds_of(used.ru_utime) + milliseconds_of(used.ru_stime);
}

std::string read_whole(const fs::path& path) {
  std::string bytes(fs::file_size(path), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

imaging::byte_view view(const std::string& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

options parse(int argc, char** argv) {
  options result;
  bool ours = true;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (ours && word == "--")
      ours = false;
    else if (ours)
      result.directories.emplace_back(word);
    else
      result.flags.push_back(word);
  }
  if (result.flags.empty())
    result.flags = {"-O2", "--lossy=80"};
  return result;
}

std::optional<outcome> by_gifsicle(const fs::path& path,
                                   const std::vector<std::string>& flags) {
  const auto made = fs::temp_directory_path()
                    / ("pixmill_gif_bench." + std::to_string(getpid()));
  std::vector<std::string> words{"gifsicle", "--no-warnings"};
  words.insert(words.end(), flags.begin(), flags.end());
  words.insert(words.end(), {"-o", made.string(), path.string()});
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const auto start = used_by(RUSAGE_CHILDREN);
  pid_t child = 0;
  if (posix_spawnp(&child, "gifsicle", nullptr, nullptr, arguments.data(),
                   environ)
      != 0)
    return std::nullopt;
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0)
    return std::nullopt;
  outcome result;
  result.milliseconds = used_by(RUSAGE_CHILDREN) - start;
  result.bytes = read_whole(made);
  fs::remove(made);
  return result;
}

std::optional<outcome> by_pixmill(const std::string& source,
                                  std::size_t bytes) {
  compress_goal goal;
  goal.target = target_kind::bytes;
  goal.value = bytes;
  const auto start = used_by(RUSAGE_SELF);
  auto image = imaging::compress(view(source), goal, {});
  if (!image)
    return std::nullopt;
  outcome result;
  result.milliseconds = used_by(RUSAGE_SELF) - start;
  result.bytes = image->bytes.empty() ? source : std::move(image->bytes);
  return result;
}

/// @returns Whether `made` can be read and has the same length.
bool judge(const imaging::animation& original, outcome& made) {
  auto shown = imaging::decode_gif_animation(view(made.bytes));
  if (!shown || shown->ends.back() != original.ends.back())
    return false;
  made.likeness = likeness_of(original, *shown);
  made.worst_frame_ppm = 1'000'000;
  for (std::size_t i = 0; i < shown->frames.size(); ++i) {
    imaging::animation one;
    one.frames.push_back(std::move(shown->frames[i]));
    one.ends.push_back(shown->ends[i]);
    made.worst_frame_ppm =
      std::min(made.worst_frame_ppm, likeness_of(original, one).luma_ppm);
  }
  return true;
}

void print(const outcome& one) {
  // Grey has no chroma.
  const auto chroma =
    one.likeness.chroma_ppm == 0 ? 1'000'000 : one.likeness.chroma_ppm;
  std::printf("%8zu %.4f %.4f %.4f %6.0f |", one.bytes.size(),
              one.likeness.luma_ppm / 1e6, one.worst_frame_ppm / 1e6,
              chroma / 1e6, one.milliseconds);
}

/// @returns What Pixmill's luma is above the other's; none: no comparison.
std::optional<double> run_one(const fs::path& path,
                              const std::vector<std::string>& flags) {
  const auto source = read_whole(path);
  const auto name = path.filename().string();
  auto original = imaging::decode_gif_animation(view(source));
  auto theirs = by_gifsicle(path, flags);
  if (!original || !theirs || !judge(*original, *theirs)) {
    std::printf("%-20s no comparison\n", name.c_str());
    return std::nullopt;
  }
  auto ours = by_pixmill(source, theirs->bytes.size());
  if (!ours || !judge(*original, *ours)) {
    std::printf("%-20s FAILED\n", name.c_str());
    return std::nullopt;
  }
  std::printf("%-20s %3zu %8zu |", name.c_str(), original->frames.size(),
              source.size());
  print(*theirs);
  print(*ours);
  const auto gain = (static_cast<double>(ours->likeness.luma_ppm)
                     - static_cast<double>(theirs->likeness.luma_ppm))
                    / 1e6;
  std::printf(" %+.4f%s\n", gain,
              ours->bytes.size() > theirs->bytes.size() ? " OVER" : "");
  std::fflush(stdout);
  return gain;
}

} // namespace

int main(int argc, char** argv) {
  const auto chosen = parse(argc, argv);
  std::vector<fs::path> paths;
  for (const auto& directory : chosen.directories)
    for (const auto& entry : fs::directory_iterator(directory))
      if (entry.path().extension() == ".gif")
        paths.push_back(entry.path());
  if (paths.empty()) {
    std::fprintf(stderr, "usage: pixmill_gif_bench DIR... [-- FLAG...]\n");
    return 2;
  }
  std::sort(paths.begin(), paths.end());
  imaging::prepare_codecs();
  std::printf("gifsicle");
  for (const auto& flag : chosen.flags)
    std::printf(" %s", flag.c_str());
  std::printf(", then Pixmill: bytes, SSIM of luma, in the worst frame, of "
              "chroma, CPU ms; what luma gains\n");
  std::size_t worse = 0;
  std::size_t compared = 0;
  for (const auto& path : paths)
    if (const auto gain = run_one(path, chosen.flags)) {
      ++compared;
      worse += *gain < 0 ? 1 : 0;
    }
  std::printf("%zu of %zu compared, %zu worse\n", compared, paths.size(),
              worse);
  return 0;
}
