// Compresses every picture of a directory and says what it cost:
//
//   pixmill_codec_bench DIR [--quality N | --ratio P%] [--floor PPM]
//                           [--format F] [--mode fast|best] [--out DIR]
//                           [--alone | --pool]
//
// Costs are CPU time of this process; "turbo" is libjpeg-turbo's decode to RGB
// and encode at quality 50 with standard Huffman tables, over the JPEGs, in the
// same run, because absolute times depend on the machine; `--alone` leaves it
// out, so that the peak of memory is that of the codecs. `--pool` says instead
// what a codec process costs against this one.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <malloc.h>
#include <sys/resource.h>

#include "bench/imaging/pool_cost.hpp"
#include "imaging/codec_pool.hpp"
#include "imaging/compressor.hpp"
#include "imaging/header.hpp"
#include "imaging/jpeg_pixels.hpp"
#include "model/errc.hpp"

namespace {

namespace fs = std::filesystem;
using namespace pixmill;

struct options {
  fs::path directory;
  fs::path out;
  compress_goal goal;
  imaging::compress_effort effort = imaging::compress_effort::best;
  bool alone = false;
  bool pool = false;
};

struct totals {
  double milliseconds = 0;
  double megapixels = 0;
  double turbo_milliseconds = 0;
  double turbo_megapixels = 0;
  double jpeg_milliseconds = 0;
  std::size_t images = 0;
  std::size_t kept = 0;
  std::size_t missed = 0;
  std::size_t over = 0;
  std::size_t larger = 0;
  std::size_t errors = 0;
  std::size_t bytes_in = 0;
  std::size_t bytes_out = 0;
  std::vector<double> fills;
  std::vector<double> likenesses; ///< Luma, where it was measured.
  std::vector<double> worst_tiles;
};

double cpu_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3
         + static_cast<double>(now.tv_nsec) / 1e6;
}

/// At once: what a growing string leaves behind would count as the codecs'.
std::string read_whole(const fs::path& path) {
  std::string bytes(fs::file_size(path), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

options parse(int argc, char** argv) {
  options result;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    auto value = [&] { return i + 1 < argc ? argv[++i] : ""; };
    if (word == "--quality") {
      result.goal.target = target_kind::quality;
      result.goal.value = std::strtoull(value(), nullptr, 10);
    } else if (word == "--ratio") {
      result.goal.target = target_kind::ratio;
      result.goal.value = std::strtoull(value(), nullptr, 10) * 10'000;
    } else if (word == "--scale") {
      result.goal.target = target_kind::scale;
      result.goal.value = std::strtoull(value(), nullptr, 10) * 10'000;
    } else if (word == "--floor") {
      result.goal.floor_ssim_ppm =
        static_cast<std::uint32_t>(std::strtoul(value(), nullptr, 10));
    } else if (word == "--format") {
      std::string_view name = value();
      result.goal.format = name == "jpeg"   ? format_choice::jpeg
                           : name == "png"  ? format_choice::png
                           : name == "webp" ? format_choice::webp
                           : name == "avif" ? format_choice::avif
                           : name == "auto" ? format_choice::automatic
                                            : format_choice::keep;
    } else if (word == "--mode") {
      result.effort = std::string_view(value()) == "fast"
                        ? imaging::compress_effort::fast
                        : imaging::compress_effort::best;
    } else if (word == "--alone") {
      result.alone = true;
    } else if (word == "--pool") {
      result.pool = true;
    } else if (word == "--out") {
      result.out = value();
    } else {
      result.directory = word;
    }
  }
  return result;
}

/// What a program that goes through pixels pays for the same file.
void run_turbo(imaging::byte_view source, std::uint32_t width,
               std::uint32_t height, totals& sums) {
  auto start = cpu_milliseconds();
  auto pixels = imaging::decode_jpeg(source, {width, height});
  if (!pixels)
    return;
  auto bytes =
    imaging::encode_jpeg(*pixels, {.quality = 50, .optimize = false}, {});
  if (!bytes)
    return;
  sums.turbo_milliseconds += cpu_milliseconds() - start;
  sums.turbo_megapixels += width * 1e-6 * height;
}

void count(const options& chosen, std::size_t source_bytes,
           const imaging::compressed_image& image, totals& sums) {
  auto bytes = image.bytes.empty() ? source_bytes : image.bytes.size();
  sums.bytes_in += source_bytes;
  sums.bytes_out += bytes;
  sums.kept += image.kept_original ? 1 : 0;
  sums.missed += image.target_missed ? 1 : 0;
  if (image.likeness.luma_ppm != 0) {
    sums.likenesses.push_back(image.likeness.luma_ppm / 1e6);
    sums.worst_tiles.push_back(image.likeness.worst_ppm() / 1e6);
  }
  sums.larger += bytes > source_bytes ? 1 : 0;
  if (chosen.goal.target != target_kind::ratio)
    return;
  auto budget = static_cast<double>(source_bytes)
                * static_cast<double>(chosen.goal.value) / 1e6;
  auto fill = static_cast<double>(bytes) / budget;
  sums.over += fill > 1 ? 1 : 0;
  if (fill <= 1)
    sums.fills.push_back(fill);
}

void run_one(const options& chosen, const fs::path& path, totals& sums) {
  auto bytes = read_whole(path);
  imaging::byte_view source{reinterpret_cast<const std::uint8_t*>(bytes.data()),
                            bytes.size()};
  auto name = path.filename().string();
  auto start = cpu_milliseconds();
  auto image = imaging::compress(source, chosen.goal, {}, chosen.effort);
  auto cost = cpu_milliseconds() - start;
  ++sums.images;
  if (!image) {
    ++sums.errors;
    std::printf(
      "%-44s %8.2f ms  %s: %s\n", name.c_str(), cost,
      std::string(to_string(code_of(image.error(), errc::none))).c_str(),
      context_of(image.error()).c_str());
    return;
  }
  auto header = imaging::read_header(source);
  auto megapixels = header->width * 1e-6 * header->height * header->frames;
  sums.milliseconds += cost;
  sums.megapixels += megapixels;
  std::printf("%-44s %8.2f ms %8.2f ms/MP %8zu -> %8zu q%-3d ssim %.4f %s%s\n",
              name.c_str(), cost, cost / megapixels, bytes.size(),
              image->bytes.empty() ? bytes.size() : image->bytes.size(),
              image->quality, image->likeness.luma_ppm / 1e6,
              image->kept_original ? "kept " : "",
              image->target_missed ? "missed" : "");
  count(chosen, bytes.size(), *image, sums);
  if (header->format == image_format::jpeg && header->components != 4) {
    sums.jpeg_milliseconds += cost;
    if (!chosen.alone)
      run_turbo(source, header->width, header->height, sums);
  }
  if (!chosen.out.empty()) {
    auto& out = image->bytes.empty() ? bytes : image->bytes;
    std::ofstream file(
      chosen.out / (name + "." + std::string(extension_of(image->format))),
      std::ios::binary);
    file.write(out.data(), static_cast<std::streamsize>(out.size()));
  }
}

void report(totals& sums) {
  auto images = static_cast<double>(std::max<std::size_t>(sums.images, 1));
  std::printf(
    "\nimages %zu, errors %zu, kept %zu, missed %zu, over target %zu, "
    "larger than source %zu\n",
    sums.images, sums.errors, sums.kept, sums.missed, sums.over, sums.larger);
  std::printf("CPU %.2f ms/MP, %.2f ms/image; bytes out/in %.3f\n",
              sums.milliseconds / sums.megapixels, sums.milliseconds / images,
              static_cast<double>(sums.bytes_out)
                / static_cast<double>(std::max<std::size_t>(sums.bytes_in, 1)));
  if (sums.turbo_megapixels > 0)
    std::printf("turbo decode+encode q50 %.2f ms/MP; we take %.2f x that\n",
                sums.turbo_milliseconds / sums.turbo_megapixels,
                sums.jpeg_milliseconds / sums.turbo_milliseconds);
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::printf("peak memory %.1f MB\n",
              static_cast<double>(used.ru_maxrss) / 1024);
  if (!sums.fills.empty()) {
    std::sort(sums.fills.begin(), sums.fills.end());
    std::printf("fill of the target: median %.3f, p5 %.3f, lowest %.3f\n",
                sums.fills[sums.fills.size() / 2],
                sums.fills[sums.fills.size() / 20], sums.fills.front());
  }
  if (!sums.likenesses.empty()) {
    std::sort(sums.likenesses.begin(), sums.likenesses.end());
    std::sort(sums.worst_tiles.begin(), sums.worst_tiles.end());
    std::printf("SSIM of luma: median %.4f; worst tile: median %.4f, "
                "lowest %.4f\n",
                sums.likenesses[sums.likenesses.size() / 2],
                sums.worst_tiles[sums.worst_tiles.size() / 2],
                sums.worst_tiles.front());
  }
}

} // namespace

int main(int argc, char** argv) {
  // What `--pool` starts.
  if (argc == 3 && std::string_view(argv[1]) == "--codec")
    return pixmill::imaging::run_codec_process(std::atoi(argv[2]));
  auto chosen = parse(argc, argv);
  if (chosen.directory.empty()) {
    std::fprintf(stderr, "usage: pixmill_codec_bench DIR [--quality N | "
                         "--ratio P%% | --scale P%%] [--floor PPM]\n"
                         "       [--format F] [--mode fast|best] [--out DIR] "
                         "[--alone | --pool]\n");
    return 2;
  }
  std::vector<fs::path> paths;
  for (auto& entry : fs::directory_iterator(chosen.directory))
    if (entry.is_regular_file())
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  if (!chosen.out.empty())
    fs::create_directories(chosen.out);
  // As the codec processes do.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  imaging::prepare_codecs();
  if (chosen.pool)
    return report_pool_cost(paths, chosen.goal, chosen.effort,
                            "/proc/self/exe");
  totals sums;
  for (auto& path : paths)
    run_one(chosen, path, sums);
  report(sums);
  return 0;
}
