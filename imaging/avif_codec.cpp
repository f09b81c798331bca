#include "imaging/avif_codec.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <avif/avif.h>

#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

/// Of the encoder, 0 to 10: 9 costs a seventieth of 6, for 5 % more bytes.
constexpr int encoder_speed = 9;

struct avif_deleter {
  void operator()(avifImage* image) const noexcept {
    avifImageDestroy(image);
  }
  void operator()(avifDecoder* decoder) const noexcept {
    avifDecoderDestroy(decoder);
  }
  void operator()(avifEncoder* encoder) const noexcept {
    avifEncoderDestroy(encoder);
  }
};

template <class T>
using avif_pointer = std::unique_ptr<T, avif_deleter>;

/// What the encoder has written.
struct written_bytes {
  avifRWData data = AVIF_DATA_EMPTY;

  written_bytes() = default;
  written_bytes(const written_bytes&) = delete;
  written_bytes& operator=(const written_bytes&) = delete;
  ~written_bytes() {
    avifRWDataFree(&data);
  }
};

caf::error undecodable(avifResult reason) {
  return make_error(errc::decode, avifResultToString(reason));
}

caf::error unencodable(avifResult reason) {
  return make_error(errc::encode, avifResultToString(reason));
}

/// Shares its pixels with `pixels`, which has 3 or 4 channels.
avifRGBImage rgb_view(const pixel_buffer& pixels, const avifImage* image) {
  avifRGBImage rgb;
  avifRGBImageSetDefaults(&rgb, image);
  rgb.depth = 8;
  rgb.format =
    pixels.channels == 4 ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
  rgb.rowBytes = static_cast<std::uint32_t>(pixels.row_bytes());
  rgb.pixels = const_cast<std::uint8_t*>(pixels.samples.data());
  return rgb;
}

/// Turns and mirrors as the container says, by EXIF's numbers.
pixel_buffer as_seen(pixel_buffer pixels, const avifImage& image) {
  // By quarter turns against the clock.
  constexpr std::array<std::uint8_t, 4> turns{1, 8, 3, 6};
  if ((image.transformFlags & AVIF_TRANSFORM_IROT) != 0)
    pixels = upright(std::move(pixels), turns[image.irot.angle & 3]);
  if ((image.transformFlags & AVIF_TRANSFORM_IMIR) != 0)
    pixels = upright(std::move(pixels), image.imir.mode == 0 ? 4 : 2);
  return pixels;
}

} // namespace

caf::expected<decoded_picture> decode_avif(byte_view source,
                                           const picture_header& header) {
  avif_pointer<avifDecoder> decoder(avifDecoderCreate());
  if (!decoder)
    return undecodable(AVIF_RESULT_OUT_OF_MEMORY);
  decoder->maxThreads = 1;
  decoder->ignoreExif = AVIF_TRUE;
  decoder->ignoreXMP = AVIF_TRUE;
  // Files of older encoders, which browsers show.
  decoder->strictFlags = AVIF_STRICT_DISABLED;
  // The stream may say otherwise than the container, whose size was checked.
  decoder->imageSizeLimit =
    std::clamp(header.width * header.height, 1u,
               std::uint32_t{AVIF_DEFAULT_IMAGE_SIZE_LIMIT});
  auto result =
    avifDecoderSetIOMemory(decoder.get(), source.data(), source.size());
  if (result == AVIF_RESULT_OK)
    result = avifDecoderParse(decoder.get());
  if (result == AVIF_RESULT_OK)
    result = avifDecoderNextImage(decoder.get());
  if (result != AVIF_RESULT_OK)
    return undecodable(result);
  const auto& image = *decoder->image;
  decoded_picture picture;
  picture.pixels = {
    image.width,
    image.height,
    static_cast<std::uint8_t>(image.alphaPlane != nullptr ? 4 : 3),
    {}};
  picture.pixels.samples.resize(picture.pixels.row_bytes() * image.height);
  auto rgb = rgb_view(picture.pixels, &image);
  result = avifImageYUVToRGB(&image, &rgb);
  if (result != AVIF_RESULT_OK)
    return undecodable(result);
  picture.pixels = as_seen(std::move(picture.pixels), image);
  if (image.icc.size > 0)
    picture.icc.assign(reinterpret_cast<const char*>(image.icc.data),
                       image.icc.size);
  return picture;
}

caf::expected<std::string> encode_avif(const pixel_buffer& pixels, int quality,
                                       const std::string& icc) {
  if (pixels.channels == 1)
    return encode_avif(flattened(pixels), quality, icc);
  avif_pointer<avifImage> image(
    avifImageCreate(pixels.width, pixels.height, 8, AVIF_PIXEL_FORMAT_YUV420));
  avif_pointer<avifEncoder> encoder(avifEncoderCreate());
  if (!image || !encoder)
    return unencodable(AVIF_RESULT_OUT_OF_MEMORY);
  image->colorPrimaries = AVIF_COLOR_PRIMARIES_BT709;
  image->transferCharacteristics = AVIF_TRANSFER_CHARACTERISTICS_SRGB;
  image->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_BT601;
  image->yuvRange = AVIF_RANGE_FULL;
  if (!icc.empty())
    avifImageSetProfileICC(image.get(),
                           reinterpret_cast<const std::uint8_t*>(icc.data()),
                           icc.size());
  auto rgb = rgb_view(pixels, image.get());
  auto result = avifImageRGBToYUV(image.get(), &rgb);
  if (result != AVIF_RESULT_OK)
    return unencodable(result);
  encoder->maxThreads = 1;
  encoder->speed = encoder_speed;
  // Quantizers end at 63; alpha's edges are seen more than colours.
  auto quantizer = (100 - quality) * AVIF_QUANTIZER_WORST_QUALITY / 100;
  encoder->minQuantizer = encoder->maxQuantizer = quantizer;
  encoder->minQuantizerAlpha = encoder->maxQuantizerAlpha = quantizer / 2;
  written_bytes out;
  result = avifEncoderWrite(encoder.get(), image.get(), &out.data);
  if (result != AVIF_RESULT_OK)
    return unencodable(result);
  return std::string(reinterpret_cast<const char*>(out.data.data),
                     out.data.size);
}

} // namespace pixmill::imaging
