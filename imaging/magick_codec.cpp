#include "imaging/magick_codec.hpp"

#include <mutex>
#include <string_view>
#include <utility>

#include <Magick++.h>

#include "imaging/magick_policy.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

/// ImageMagick holds 8 bytes a pixel and copies while it works; its own limit
/// is the second line behind `decode_limits`.
constexpr MagickCore::MagickSizeType most_memory = 2'000'000'000;

const char* coder_of(image_format format) {
  switch (format) {
  case image_format::jpeg:
    return "JPEG";
  case image_format::tiff:
    return "TIFF";
  case image_format::bmp:
    return "BMP";
  default:
    return nullptr;
  }
}

void initialize() {
  // Before the library starts: OpenMP reads it once. A codec process has one
  // thread.
  setenv("MAGICK_THREAD_LIMIT", "1", 1); // NOLINT(concurrency-mt-unsafe)
  load_magick_policy();
  Magick::InitializeMagick(nullptr);
  using limits = Magick::ResourceLimits;
  limits::thread(1);
  limits::memory(most_memory);
  limits::area(most_memory);
  // Spilling to disk would turn a large picture into an outage.
  limits::map(0);
  limits::disk(0);
  for (auto format :
       {image_format::jpeg, image_format::tiff, image_format::bmp}) {
    try {
      Magick::CoderInfo info(coder_of(format));
    } catch (const Magick::Exception&) {
      // Not built in: reading it will say so.
    }
  }
}

/// Reads with the coder of `header.format`, whatever ImageMagick would guess.
/// Warnings about damage throw; others, such as unknown TIFF tags, do not.
Magick::Image read_first(byte_view source, image_format format) {
  Magick::Image image;
  image.subImage(0);
  image.subRange(1);
  try {
    image.read(Magick::Blob(source.data(), source.size()), Magick::Geometry(),
               8, coder_of(format));
  } catch (const Magick::WarningCorruptImage&) {
    throw;
  } catch (const Magick::Warning&) {}
  return image;
}

pixel_buffer pixels_of(Magick::Image& image, bool alpha) {
  pixel_buffer pixels{static_cast<std::uint32_t>(image.columns()),
                      static_cast<std::uint32_t>(image.rows()),
                      static_cast<std::uint8_t>(alpha ? 4 : 3),
                      {}};
  pixels.samples.resize(pixels.row_bytes() * pixels.height);
  image.write(0, 0, pixels.width, pixels.height, alpha ? "RGBA" : "RGB",
              Magick::CharPixel, pixels.samples.data());
  return pixels;
}

std::string bytes_of(const Magick::Blob& blob) {
  return {static_cast<const char*>(blob.data()), blob.length()};
}

caf::error undecodable(const std::exception& reason) {
  return make_error(errc::decode, reason.what());
}

} // namespace

void prepare_magick() {
  static std::once_flag once;
  std::call_once(once, initialize);
}

caf::expected<decoded_picture>
decode_with_magick(byte_view source, const picture_header& header) {
  prepare_magick();
  if (coder_of(header.format) == nullptr)
    return make_error(errc::unsupported_format);
  try {
    auto image = read_first(source, header.format);
    // Some coders answer what they refuse with an empty image.
    if (image.columns() == 0 || image.rows() == 0)
      return make_error(errc::decode, "no pixels came out");
    decoded_picture picture;
    picture.icc = bytes_of(image.iccColorProfile());
    if (image.colorSpace() != Magick::sRGBColorspace)
      image.colorSpace(Magick::sRGBColorspace);
    picture.pixels = pixels_of(image, image.matte());
    return picture;
  } catch (const Magick::Exception& reason) {
    return undecodable(reason);
  }
}

} // namespace pixmill::imaging
