#include "imaging/webp_codec.hpp"

#include <memory>
#include <utility>

#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

/// Of libwebp, 0 to 6: half the time of its default 4 for 4 % of the bytes.
constexpr int effort = 2;

caf::error damaged() {
  return make_error(errc::decode, "the WebP data is damaged");
}

caf::error refused(const char* what) {
  return make_error(errc::encode, what);
}

struct picture_guard {
  WebPPicture* picture;
  ~picture_guard() {
    WebPPictureFree(picture);
  }
};

struct mux_deleter {
  void operator()(WebPMux* mux) const noexcept {
    WebPMuxDelete(mux);
  }
};

struct animation_deleter {
  void operator()(WebPAnimDecoder* decoder) const noexcept {
    WebPAnimDecoderDelete(decoder);
  }
  void operator()(WebPAnimEncoder* encoder) const noexcept {
    WebPAnimEncoderDelete(encoder);
  }
};

bool configure(const webp_encoding& how, WebPConfig& config) {
  if (WebPConfigInit(&config) == 0)
    return false;
  config.quality = static_cast<float>(how.lossless ? 40 : how.quality);
  config.method = effort;
  config.lossless = how.lossless ? 1 : 0;
  config.thread_level = 0;
  return WebPValidateConfig(&config) != 0;
}

bool import(const pixel_buffer& pixels, WebPPicture& picture) {
  picture.width = static_cast<int>(pixels.width);
  picture.height = static_cast<int>(pixels.height);
  if (pixels.channels == 1)
    return import(flattened(pixels), picture);
  auto stride = static_cast<int>(pixels.row_bytes());
  return pixels.channels == 4
           ? WebPPictureImportRGBA(&picture, pixels.samples.data(), stride) != 0
           : WebPPictureImportRGB(&picture, pixels.samples.data(), stride) != 0;
}

int append(const std::uint8_t* data, std::size_t size,
           const WebPPicture* picture) {
  auto& out = *static_cast<std::string*>(picture->custom_ptr);
  out.append(reinterpret_cast<const char*>(data), size);
  return 1;
}

caf::expected<std::string> with_profile(std::string bytes,
                                        const std::string& icc) {
  if (icc.empty())
    return bytes;
  WebPData data{reinterpret_cast<const std::uint8_t*>(bytes.data()),
                bytes.size()};
  std::unique_ptr<WebPMux, mux_deleter> mux(WebPMuxCreate(&data, 0));
  WebPData profile{reinterpret_cast<const std::uint8_t*>(icc.data()),
                   icc.size()};
  WebPData whole{};
  if (!mux || WebPMuxSetChunk(mux.get(), "ICCP", &profile, 0) != WEBP_MUX_OK
      || WebPMuxAssemble(mux.get(), &whole) != WEBP_MUX_OK)
    return refused("the colour profile does not fit");
  std::string out(reinterpret_cast<const char*>(whole.bytes), whole.size);
  WebPDataClear(&whole);
  return out;
}

} // namespace

caf::expected<decoded_picture> decode_webp(byte_view source,
                                           const picture_header& header) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(source.data(), source.size(), &features) != VP8_STATUS_OK
      || features.has_animation != 0)
    return damaged();
  decoded_picture picture;
  picture.icc = header.icc;
  auto& pixels = picture.pixels;
  // The frame's own size counts; a canvas that differs is damage.
  pixels.width = static_cast<std::uint32_t>(features.width);
  pixels.height = static_cast<std::uint32_t>(features.height);
  if (pixels.width != header.width || pixels.height != header.height)
    return damaged();
  pixels.channels = features.has_alpha != 0 ? 4 : 3;
  pixels.samples.resize(pixels.row_bytes() * pixels.height);
  auto decode =
    features.has_alpha != 0 ? WebPDecodeRGBAInto : WebPDecodeRGBInto;
  if (decode(source.data(), source.size(), pixels.samples.data(),
             pixels.samples.size(), static_cast<int>(pixels.row_bytes()))
      == nullptr)
    return damaged();
  return picture;
}

caf::expected<std::string> encode_webp(const pixel_buffer& pixels,
                                       const webp_encoding& how,
                                       const std::string& icc) {
  WebPConfig config;
  WebPPicture picture;
  if (!configure(how, config) || WebPPictureInit(&picture) == 0)
    return refused("an invalid setting");
  picture_guard guard{&picture};
  picture.use_argb = how.lossless ? 1 : 0;
  std::string out;
  picture.writer = append;
  picture.custom_ptr = &out;
  if (!import(pixels, picture) || WebPEncode(&config, &picture) == 0)
    return refused("libwebp cannot encode this");
  return with_profile(std::move(out), icc);
}

caf::expected<animation> decode_webp_animation(byte_view source) {
  WebPAnimDecoderOptions options;
  if (WebPAnimDecoderOptionsInit(&options) == 0)
    return damaged();
  options.color_mode = MODE_RGBA;
  WebPData data{source.data(), source.size()};
  std::unique_ptr<WebPAnimDecoder, animation_deleter> decoder(
    WebPAnimDecoderNew(&data, &options));
  WebPAnimInfo info{};
  if (!decoder || WebPAnimDecoderGetInfo(decoder.get(), &info) == 0)
    return damaged();
  animation result;
  result.loops = static_cast<int>(info.loop_count);
  result.background = info.bgcolor;
  while (WebPAnimDecoderHasMoreFrames(decoder.get()) != 0) {
    std::uint8_t* canvas = nullptr;
    int end = 0;
    if (WebPAnimDecoderGetNext(decoder.get(), &canvas, &end) == 0)
      return damaged();
    pixel_buffer frame{info.canvas_width, info.canvas_height, 4, {}};
    frame.samples.assign(canvas, canvas + frame.row_bytes() * frame.height);
    result.frames.push_back(std::move(frame));
    result.ends.push_back(end);
  }
  if (result.frames.size() != info.frame_count)
    return damaged();
  return result;
}

caf::expected<std::string> encode_webp(const animation& frames,
                                       const webp_encoding& how,
                                       const std::string& icc) {
  WebPConfig config;
  WebPAnimEncoderOptions options;
  if (frames.frames.empty() || !configure(how, config)
      || WebPAnimEncoderOptionsInit(&options) == 0)
    return refused("an invalid setting");
  options.anim_params.loop_count = frames.loops;
  options.anim_params.bgcolor = frames.background;
  auto& first = frames.frames.front();
  std::unique_ptr<WebPAnimEncoder, animation_deleter> encoder(
    WebPAnimEncoderNew(static_cast<int>(first.width),
                       static_cast<int>(first.height), &options));
  if (!encoder)
    return refused("libwebp cannot encode this");
  int start = 0;
  for (std::size_t i = 0; i < frames.frames.size(); ++i) {
    WebPPicture picture;
    if (WebPPictureInit(&picture) == 0)
      return refused("an invalid setting");
    picture_guard guard{&picture};
    picture.use_argb = 1; // Frames are compared with each other in RGB.
    if (!import(frames.frames[i], picture)
        || WebPAnimEncoderAdd(encoder.get(), &picture, start, &config) == 0)
      return refused("libwebp cannot encode this");
    start = frames.ends[i];
  }
  WebPData whole{};
  if (WebPAnimEncoderAdd(encoder.get(), nullptr, start, nullptr) == 0
      || WebPAnimEncoderAssemble(encoder.get(), &whole) == 0)
    return refused("libwebp cannot encode this");
  std::string out(reinterpret_cast<const char*>(whole.bytes), whole.size);
  WebPDataClear(&whole);
  return with_profile(std::move(out), icc);
}

} // namespace pixmill::imaging
