// libFuzzer's entry into the codecs, as a codec process is entered: the first
// two bytes choose the goal and the format, the rest is the file.

#include <array>
#include <cstdlib>

#include "imaging/compressor.hpp"
#include "imaging/header.hpp"

namespace {

using namespace pixmill;
using namespace pixmill::imaging;

/// Larger pictures only cost time.
constexpr decode_limits small{
  .max_pixels = 1 << 16, .max_side = 1'024, .max_frames = 16};

constexpr std::array goals{
  compress_goal{.target = target_kind::ratio, .value = 500'000},
  compress_goal{.target = target_kind::bytes, .value = 400},
  compress_goal{.target = target_kind::quality, .value = 50},
  compress_goal{.target = target_kind::scale, .value = 500'000}};

void require(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  prepare_codecs();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 6)
    return 0;
  const byte_view source{data + 2, size - 2};
  auto goal = goals[data[0] % goals.size()];
  goal.format = static_cast<format_choice>(
    data[1] % (static_cast<int>(format_choice::automatic) + 1));
  const auto made = compress(source, goal, small);
  if (!made)
    return 0;
  require(made->bytes.size() <= source.size());
  require(made->kept_original || !made->bytes.empty());
  if (made->bytes.empty())
    return 0;
  const auto header =
    read_header({reinterpret_cast<const std::uint8_t*>(made->bytes.data()),
                 made->bytes.size()});
  require(static_cast<bool>(header) && header->format == made->format);
  return 0;
}
