#include "cli/compare.hpp"

#include <fstream>
#include <iomanip>
#include <ostream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"
#include "cli/read_file.hpp"
#include "imaging/codec_sandbox.hpp"
#include "imaging/compare.hpp"

namespace pixmill::cli {
namespace {

/// More is no picture that `max-pixels` allows.
constexpr std::size_t most_bytes = 256 << 20;

caf::expected<std::string> whole_file(const std::string& path) {
  std::string bytes;
  if (auto reason = read_file(path, [&](std::string_view block) {
        bytes += block;
        return bytes.size() <= most_bytes;
      }))
    return reason;
  if (bytes.size() > most_bytes)
    return make_error(errc::too_large, path);
  return bytes;
}

std::string share(std::uint32_t ppm) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(4) << ppm / 1e6;
  return text.str();
}

void print_text(const imaging::comparison& found, std::size_t left,
                std::size_t right, const terminal& to) {
  const auto& likeness = found.likeness;
  to.out << "size    " << found.size.width << " x " << found.size.height
         << "\nbytes   " << left << " against " << right << "\nluma    "
         << share(likeness.luma_ppm) << ", worst tile "
         << share(likeness.luma_worst_ppm) << '\n';
  if (likeness.chroma_ppm != 0)
    to.out << "chroma  " << share(likeness.chroma_ppm) << ", worst tile "
           << share(likeness.chroma_worst_ppm) << '\n';
}

void print_json(const imaging::comparison& found, std::size_t left,
                std::size_t right, const terminal& to) {
  const auto& likeness = found.likeness;
  nlohmann::ordered_json out{{"width", found.size.width},
                             {"height", found.size.height},
                             {"bytes", {left, right}},
                             {"ssim", likeness.luma_ppm / 1e6},
                             {"ssim_worst", likeness.luma_worst_ppm / 1e6},
                             {"chroma_ssim", nullptr},
                             {"chroma_ssim_worst", nullptr}};
  if (likeness.chroma_ppm != 0) {
    out["chroma_ssim"] = likeness.chroma_ppm / 1e6;
    out["chroma_ssim_worst"] = likeness.chroma_worst_ppm / 1e6;
  }
  to.out << out.dump(2) << '\n';
}

int failed(const terminal& to, const caf::error& reason) {
  complain(to, std::string{to_string(code_of(reason, errc::decode))} + ": "
                 + context_of(reason));
  return exit_with_failures;
}

} // namespace

int compare(const compare_options& options, const config::settings& settings,
            const terminal& to) {
  const auto left = whole_file(options.left);
  if (!left)
    return failed(to, left.error());
  const auto right = whole_file(options.right);
  if (!right)
    return failed(to, right.error());
  std::ofstream picture;
  if (!options.difference.empty()) {
    picture.open(options.difference, std::ios::binary | std::ios::trunc);
    if (!picture) {
      complain(to, options.difference + ": cannot be written");
      return exit_usage;
    }
  }
  if (options.confined) {
    imaging::prepare_codecs();
    imaging::limit_resources(settings.imaging.memory_limit);
    imaging::filter_system_calls();
  }
  const auto found =
    imaging::compare(imaging::view_of(*left), imaging::view_of(*right),
                     {.max_pixels = settings.imaging.max_pixels,
                      .max_side = settings.imaging.max_side,
                      .max_frames = settings.imaging.max_frames},
                     !options.difference.empty());
  if (!found)
    return failed(to, found.error());
  if (picture.is_open()
      && !picture
            .write(found->difference.data(),
                   static_cast<std::streamsize>(found->difference.size()))
            .flush()) {
    complain(to, options.difference + ": cannot be written");
    return exit_with_failures;
  }
  if (options.json)
    print_json(*found, left->size(), right->size(), to);
  else
    print_text(*found, left->size(), right->size(), to);
  return exit_ok;
}

} // namespace pixmill::cli
