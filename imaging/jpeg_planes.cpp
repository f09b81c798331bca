#include "imaging/jpeg_planes.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "imaging/jpeg_library.hpp"

namespace pixmill::imaging {

namespace {

/// Rows of one component that libjpeg takes or gives at once, as wide as whole
/// blocks.
struct strip {
  std::vector<std::uint8_t> samples;
  std::vector<JSAMPROW> rows;

  strip(std::size_t width, std::size_t height)
      : samples(width * height), rows(height) {
    for (std::size_t y = 0; y < height; ++y)
      rows[y] = samples.data() + y * width;
  }
};

template <class Info>
std::vector<strip> strips_for(const Info& info) {
  std::vector<strip> strips;
  for (int i = 0; i < info.num_components; ++i) {
    auto& component = info.comp_info[i];
    // libjpeg may touch the padding up to a whole MCU.
    auto blocks = component.width_in_blocks
                  + static_cast<JDIMENSION>(component.h_samp_factor);
    strips.emplace_back(std::size_t{blocks} * DCTSIZE,
                        static_cast<std::size_t>(component.v_samp_factor)
                          * DCTSIZE);
  }
  return strips;
}

std::array<JSAMPARRAY, 4> pointers_to(std::vector<strip>& strips) {
  std::array<JSAMPARRAY, 4> result{};
  for (std::size_t i = 0; i < strips.size(); ++i)
    result[i] = strips[i].rows.data();
  return result;
}

void store(const strip& from, std::size_t first_row, pixel_buffer& to) {
  for (std::size_t y = 0; y < from.rows.size(); ++y)
    if (first_row + y < to.height)
      std::memcpy(to.row(first_row + y), from.rows[y], to.width);
}

/// Rows and columns beyond the edge repeat it: the cheapest to code.
void load(const pixel_buffer& from, std::size_t first_row, strip& to) {
  auto width = to.samples.size() / to.rows.size();
  for (std::size_t y = 0; y < to.rows.size(); ++y) {
    auto* row = from.row(std::min<std::size_t>(first_row + y, from.height - 1));
    std::memcpy(to.rows[y], row, from.width);
    std::memset(to.rows[y] + from.width, row[from.width - 1],
                width - from.width);
  }
}

jpeg_planes describe(const jpeg_decompress_struct& info) {
  jpeg_planes result;
  result.width = info.image_width;
  result.height = info.image_height;
  result.rgb = info.jpeg_color_space == JCS_RGB;
  for (int i = 0; i < info.num_components; ++i) {
    auto& component = info.comp_info[i];
    jpeg_planes::plane one;
    one.across = component.h_samp_factor;
    one.down = component.v_samp_factor;
    one.samples = {
      component.downsampled_width, component.downsampled_height, 1, {}};
    one.samples.samples.resize(one.samples.row_bytes() * one.samples.height);
    result.planes.push_back(std::move(one));
  }
  return result;
}

void configure(jpeg_compress_struct& info, const jpeg_planes& picture,
               int quality, bool optimize) {
  info.image_width = picture.width;
  info.image_height = picture.height;
  info.input_components = static_cast<int>(picture.planes.size());
  info.in_color_space = picture.planes.size() == 1 ? JCS_GRAYSCALE
                        : picture.rgb              ? JCS_RGB
                                                   : JCS_YCbCr;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, info.in_color_space);
  jpeg_set_quality(&info, std::clamp(quality, 1, 100), TRUE);
  info.optimize_coding = optimize ? TRUE : FALSE;
  info.raw_data_in = TRUE;
  for (std::size_t i = 0; i < picture.planes.size(); ++i) {
    info.comp_info[i].h_samp_factor = picture.planes[i].across;
    info.comp_info[i].v_samp_factor = picture.planes[i].down;
  }
}

} // namespace

caf::expected<jpeg_planes> decode_jpeg_planes(byte_view source) {
  try {
    jpeg_reader reader(source);
    auto& info = reader.info;
    jpeg_read_header(&info, TRUE);
    if (info.num_components != 1 && info.num_components != 3)
      return make_error(errc::unsupported_format, "CMYK");
    info.raw_data_out = TRUE;
    info.out_color_space = info.jpeg_color_space;
    jpeg_start_decompress(&info);
    auto result = describe(info);
    auto strips = strips_for(info);
    auto pointers = pointers_to(strips);
    auto lines = static_cast<JDIMENSION>(info.max_v_samp_factor * DCTSIZE);
    for (std::size_t mcu_row = 0; info.output_scanline < info.output_height;
         ++mcu_row) {
      jpeg_read_raw_data(&info, pointers.data(), lines);
      for (std::size_t i = 0; i < strips.size(); ++i)
        store(strips[i], mcu_row * strips[i].rows.size(),
              result.planes[i].samples);
    }
    jpeg_finish_decompress(&info);
    if (auto reason = reader.complaint())
      return reason;
    return result;
  } catch (const jpeg_error& reason) {
    return make_error(errc::decode, reason.what());
  }
}

jpeg_planes upright(jpeg_planes stored, std::uint8_t orientation) {
  for (auto& plane : stored.planes) {
    plane.samples = upright(std::move(plane.samples), orientation);
    if (orientation >= 5)
      std::swap(plane.across, plane.down);
  }
  if (orientation >= 5)
    std::swap(stored.width, stored.height);
  return stored;
}

caf::expected<std::string> encode_jpeg(const jpeg_planes& picture, int quality,
                                       bool optimize, const std::string& icc) {
  try {
    jpeg_writer writer(picture.planes[0].samples.samples.size() / 4);
    auto& info = writer.info;
    configure(info, picture, quality, optimize);
    jpeg_start_compress(&info, TRUE);
    writer.write_icc(icc);
    auto strips = strips_for(info);
    auto pointers = pointers_to(strips);
    auto lines = static_cast<JDIMENSION>(info.max_v_samp_factor * DCTSIZE);
    for (std::size_t mcu_row = 0; info.next_scanline < info.image_height;
         ++mcu_row) {
      for (std::size_t i = 0; i < strips.size(); ++i)
        load(picture.planes[i].samples, mcu_row * strips[i].rows.size(),
             strips[i]);
      jpeg_write_raw_data(&info, pointers.data(), lines);
    }
    return writer.finish();
  } catch (const jpeg_error& reason) {
    return make_error(errc::encode, reason.what());
  }
}

} // namespace pixmill::imaging
