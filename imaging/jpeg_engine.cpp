#include <algorithm>
#include <cmath>
#include <utility>

#include "imaging/compression.hpp"
#include "imaging/jpeg_coefficients.hpp"
#include "imaging/jpeg_pixels.hpp"
#include "imaging/jpeg_planes.hpp"
#include "imaging/jpeg_transcoder.hpp"

namespace pixmill::imaging {

namespace {

/// A budget that full chroma meets only below this is met with halved chroma.
constexpr int poor_quality = 35;

/// More is wasted on pixels that were not a JPEG before.
constexpr int highest_quality = 95;

/// Sizes fall with about this power of the tables' scale.
constexpr double size_exponent = -0.75;

int guess_quality(int source_quality, double share) {
  auto scale = quantizer_scale(source_quality);
  return quality_for_scale(scale * std::pow(share, 1 / size_exponent));
}

class transcoding_encoder final : public quality_encoder {
public:
  transcoding_encoder(jpeg_transcoder source, const std::string& icc)
      : source_(std::move(source)), icc_(icc) {}

  caf::expected<std::string> encode(int quality) override {
    return source_.write(quality, icc_);
  }

  caf::expected<std::uint32_t> ssim(const std::string&, int quality) override {
    if (reference_.samples.empty())
      reference_ = source_.source_luma();
    return ssim_ppm(reference_, source_.luma_at(quality));
  }

  int guess(double share) const override {
    return guess_quality(source_quality(), share);
  }

  int source_quality() const {
    return source_.source_quality();
  }

private:
  jpeg_transcoder source_;
  const std::string& icc_;
  luma_plane reference_;
};

class halving_encoder final : public quality_encoder {
public:
  explicit halving_encoder(jpeg_coefficients coefficients)
      : coefficients_(std::move(coefficients)) {}

  caf::expected<std::string> encode(int quality) override {
    return coefficients_.write(
      {.quality = quality, .optimize = true, .halve_chroma = true});
  }

  caf::expected<std::uint32_t> ssim(const std::string&, int quality) override {
    if (reference_.samples.empty())
      reference_ = coefficients_.source_luma();
    return ssim_ppm(reference_, coefficients_.luma_at(quality));
  }

  int guess(double share) const override {
    return guess_quality(source_quality(), share);
  }

  int source_quality() const {
    return coefficients_.source_quality();
  }

private:
  jpeg_coefficients coefficients_;
  luma_plane reference_;
};

class plane_encoder final : public quality_encoder {
public:
  plane_encoder(jpeg_planes picture, const compression& what)
      : picture_(std::move(picture)), what_(what) {}

  caf::expected<std::string> encode(int quality) override {
    auto bytes =
      encode_jpeg(picture_, quality, what_.has_budget(), what_.header.icc);
    // The standard Huffman tables are quicker, as long as they suffice.
    if (bytes && !what_.has_budget() && bytes->size() >= what_.kept_bytes())
      return encode_jpeg(picture_, quality, true, what_.header.icc);
    return bytes;
  }

  caf::expected<std::uint32_t> ssim(const std::string& bytes, int) override {
    auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    auto shown = decode_jpeg_planes({data, bytes.size()});
    if (!shown)
      return std::move(shown.error());
    auto first = [](const jpeg_planes& picture) {
      return luma_of(picture.planes[picture.rgb ? 1 : 0].samples);
    };
    return ssim_ppm(first(picture_), first(*shown));
  }

  int guess(double share) const override {
    return guess_quality(jpeg_source_quality(what_.source), share);
  }

private:
  jpeg_planes picture_;
  const compression& what_;
};

class pixel_encoder final : public quality_encoder {
public:
  pixel_encoder(decoded_picture picture, std::size_t budget)
      : pixels_(picture.pixels.channels == 1
                  ? std::move(picture.pixels)
                  : flattened(std::move(picture.pixels))),
        icc_(std::move(picture.icc)), budget_(budget) {}

  caf::expected<std::string> encode(int quality) override {
    return encode_jpeg(pixels_, {.quality = quality}, icc_);
  }

  caf::expected<std::uint32_t> ssim(const std::string& bytes, int) override {
    auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    auto shown =
      decode_jpeg({data, bytes.size()}, {pixels_.width, pixels_.height});
    if (!shown)
      return std::move(shown.error());
    return ssim_ppm(luma_of(pixels_), luma_of(*shown));
  }

  int guess(double) const override {
    // Photographs take about 0.4 bits per pixel at quality 50, scale 100.
    auto pixels = static_cast<double>(pixels_.width) * pixels_.height;
    auto bits = std::max(static_cast<double>(budget_) * 8 / pixels, 1e-3);
    return quality_for_scale(100 * std::pow(bits / 0.4, 1 / size_exponent));
  }

private:
  pixel_buffer pixels_;
  std::string icc_;
  std::size_t budget_;
};

/// Without going through pixels, with a quarter of the chroma where that helps.
caf::expected<rate_result> requantize_halved(const compression& what) {
  auto coefficients = jpeg_coefficients::read(what.source, what.header, true);
  if (!coefficients)
    return std::move(coefficients.error());
  if (!coefficients->can_halve_chroma())
    return rate_result{};
  halving_encoder encoder(std::move(*coefficients));
  return reach_goal(what, encoder, encoder.source_quality());
}

/// Without going through pixels.
caf::expected<rate_result> requantize(const compression& what) {
  auto tokens = read_tokens(what.source);
  if (!tokens)
    return std::move(tokens.error());
  transcoding_encoder encoder(jpeg_transcoder(std::move(*tokens)),
                              what.header.icc);
  auto found = reach_goal(what, encoder, encoder.source_quality());
  bool poor = found && what.has_budget() && what.header.full_chroma
              && (found->missed || found->quality < poor_quality);
  if (!poor)
    return found;
  auto halved = requantize_halved(what);
  return halved && !halved->bytes.empty() ? halved : found;
}

/// For sources that lie on their side or head.
caf::expected<rate_result> turn(const compression& what) {
  auto planes = decode_jpeg_planes(what.source);
  if (!planes)
    return std::move(planes.error());
  plane_encoder encoder(upright(std::move(*planes), what.header.orientation),
                        what);
  return reach_goal(what, encoder, jpeg_source_quality(what.source));
}

caf::expected<rate_result> through_pixels(const compression& what) {
  auto picture = decode_picture(what);
  if (!picture)
    return std::move(picture.error());
  auto highest = highest_quality;
  if (what.header.format == image_format::jpeg)
    highest = std::min(highest, jpeg_source_quality(what.source));
  pixel_encoder encoder(std::move(*picture), what.budget());
  return reach_goal(what, encoder, highest);
}

} // namespace

caf::expected<compressed_image> compress_to_jpeg(const compression& what) {
  bool same_size = what.header.format == image_format::jpeg
                   && what.target == what.upright_size();
  bool turned = what.header.orientation != 1;
  auto found = !same_size                    ? through_pixels(what)
               : !turned                     ? requantize(what)
               : what.header.components == 4 ? through_pixels(what)
                                             : turn(what);
  if (!found)
    return std::move(found.error());
  return settle(what, image_format::jpeg, std::move(*found));
}

} // namespace pixmill::imaging
