// libFuzzer's entry into the JPEG path: what is read without libjpeg, and what
// the engine makes of it. The first byte chooses the goal.

#include <cstdlib>

#include "imaging/compressor.hpp"
#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_rate_control.hpp"
#include "imaging/jpeg_tokens.hpp"
#include "imaging/jpeg_turn.hpp"

namespace {

using namespace pixmill;
using namespace pixmill::imaging;

/// Larger pictures only cost time.
constexpr std::uint32_t most_pixels = 1 << 18;

void require(bool holds) {
  if (!holds)
    std::abort();
}

/// What has been read must come out as it went in.
void check_tokens(byte_view source, std::uint8_t choice) {
  auto tokens = read_usual_tokens(source);
  if (!tokens || tokens->width * std::uint64_t{tokens->height} > most_pixels)
    return;
  auto bytes = emit_jpeg(*tokens, {});
  auto again = read_usual_tokens(view_of(bytes));
  require(again.has_value());
  require(std::equal(tokens->tokens.begin(), tokens->tokens.end(),
                     again->tokens.begin(), again->tokens.end()));
  auto orientation = static_cast<std::uint8_t>(1 + choice % 8);
  if (can_turn(*tokens, orientation))
    require(turned(*tokens, orientation).tokens.size()
            == tokens->tokens.size());
  auto effort =
    (choice & 8) != 0 ? compress_effort::fast : compress_effort::best;
  auto budget = bytes.size() * (choice / 16 + 1) / 16;
  auto made = jpeg_rate_control(*tokens, {}, effort).reach(budget);
  require(made.missed || made.bytes.size() <= budget);
  require(read_usual_tokens(view_of(made.bytes)).has_value());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 4)
    return 0;
  byte_view source{data + 1, size - 1};
  check_tokens(source, data[0]);
  compress_goal goal{.value = 500'000};
  if ((data[0] & 1) != 0)
    goal = {.target = target_kind::quality, .value = 1 + data[0] / 3u};
  auto made =
    compress(source, goal, {.max_pixels = most_pixels, .max_side = 4'096});
  if (made)
    require(made->bytes.size() <= source.size());
  return 0;
}
