#include "imaging/jpeg_pixels.hpp"

#include <algorithm>

#include "imaging/jpeg_library.hpp"
#include "imaging/jpeg_tables.hpp"

namespace pixmill::imaging {

namespace {

/// The power of two by which the DCT may shrink.
unsigned denominator(const jpeg_decompress_struct& info, extent at_least) {
  unsigned divisor = 8;
  while (divisor > 1
         && (info.image_width / divisor < at_least.width
             || info.image_height / divisor < at_least.height))
    divisor /= 2;
  return divisor;
}

} // namespace

caf::expected<pixel_buffer> decode_jpeg(byte_view source, extent at_least) {
  try {
    jpeg_reader reader(source);
    auto& info = reader.info;
    jpeg_read_header(&info, TRUE);
    if (info.num_components == 4)
      return make_error(errc::unsupported_format, "CMYK");
    info.out_color_space =
      info.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
    info.scale_num = 1;
    info.scale_denom = denominator(info, at_least);
    jpeg_start_decompress(&info);
    pixel_buffer pixels{info.output_width,
                        info.output_height,
                        static_cast<std::uint8_t>(info.output_components),
                        {}};
    pixels.samples.resize(pixels.row_bytes() * pixels.height);
    while (info.output_scanline < info.output_height) {
      auto* row = pixels.row(info.output_scanline);
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    if (auto reason = reader.complaint())
      return reason;
    return pixels;
  } catch (const jpeg_error& reason) {
    return make_error(errc::decode, reason.what());
  }
}

int jpeg_source_quality(byte_view source) {
  try {
    jpeg_reader reader(source);
    jpeg_read_header(&reader.info, TRUE);
    auto slot = reader.info.comp_info[0].quant_tbl_no;
    if (slot < 0 || slot >= NUM_QUANT_TBLS
        || reader.info.quant_tbl_ptrs[slot] == nullptr)
      return 100;
    quant_table luma;
    std::copy_n(reader.info.quant_tbl_ptrs[slot]->quantval, 64, luma.begin());
    return quality_of(luma);
  } catch (const jpeg_error&) {
    return 100;
  }
}

caf::expected<std::string> encode_jpeg(const pixel_buffer& pixels,
                                       const jpeg_encoding& how,
                                       const std::string& icc) {
  try {
    jpeg_writer writer(pixels.samples.size() / 16);
    auto& info = writer.info;
    info.image_width = pixels.width;
    info.image_height = pixels.height;
    info.input_components = pixels.channels;
    info.in_color_space = pixels.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, std::clamp(how.quality, 1, 100), TRUE);
    info.optimize_coding = how.optimize ? TRUE : FALSE;
    if (how.full_chroma)
      info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&info, TRUE);
    writer.write_icc(icc);
    while (info.next_scanline < info.image_height) {
      auto* row = const_cast<JSAMPROW>(pixels.row(info.next_scanline));
      jpeg_write_scanlines(&info, &row, 1);
    }
    return writer.finish();
  } catch (const jpeg_error& reason) {
    return make_error(errc::encode, reason.what());
  }
}

} // namespace pixmill::imaging
