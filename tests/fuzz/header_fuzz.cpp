// libFuzzer's entry into what looks at a file before anything is decoded: the
// sniffers, the header parsers, and what takes metadata away.

#include <cstdlib>

#include "imaging/header.hpp"
#include "imaging/strip_metadata.hpp"

namespace {

using namespace pixmill;
using namespace pixmill::imaging;

void require(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const byte_view source{data, size};
  const auto header = read_header(source);
  if (!header)
    return 0;
  require(header->format != image_format::unknown);
  require(header->picture_end <= size);
  require(header->orientation >= 1 && header->orientation <= 8);
  const auto stripped = strip_metadata(source, *header);
  require(stripped.size() <= size + 64);
  // What is left is the same picture.
  if (stripped.empty())
    return 0;
  const auto again = read_header(view_of(stripped));
  require(static_cast<bool>(again) && again->format == header->format
          && again->width == header->width && again->height == header->height);
  return 0;
}
