#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "imaging/jpeg_library.hpp"
#include "imaging/jpeg_requantize.hpp"
#include "imaging/jpeg_similarity.hpp"
#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

namespace {

/// Returns a bit for each zigzag position whose AC coefficient is not zero.
std::uint64_t zigzag_mask(const std::int16_t* block) {
  static const auto positions = [] {
    std::array<std::uint64_t, 64> result{};
    for (std::size_t i = 1; i < 64; ++i)
      result[natural_order[i]] = std::uint64_t{1} << i;
    return result;
  }();
  std::uint64_t mask = 0;
  // Most are zero: four at a time, and only what is left one by one.
  for (std::size_t at = 0; at < 64; at += 4) {
    std::uint64_t four;
    std::memcpy(&four, block + at, sizeof(four));
    if (four == 0)
      continue;
    for (std::size_t i = at; i < at + 4; ++i)
      mask |= block[i] != 0 ? positions[i] : 0;
  }
  return mask;
}

/// Turns libjpeg's arrays of coefficients into tokens.
class library_reader {
public:
  explicit library_reader(byte_view source) : reader_(source) {}

  caf::expected<jpeg_tokens> read() {
    auto& info = reader_.info;
    jpeg_read_header(&info, TRUE);
    auto** arrays = jpeg_read_coefficients(&info);
    if (auto reason = reader_.complaint())
      return reason;
    if (!describe())
      return make_error(errc::unsupported_format, "an unusual JPEG");
    for (std::uint32_t y = 0; y < picture_.mcus_down; ++y) {
      picture_.rows.push_back(picture_.tokens.size());
      if (!add_row(arrays, y))
        return make_error(errc::unsupported_format, "an unusual JPEG");
    }
    picture_.rows.push_back(picture_.tokens.size());
    return std::move(picture_);
  }

private:
  bool describe() {
    auto& info = reader_.info;
    picture_.width = info.image_width;
    picture_.height = info.image_height;
    for (int i = 0; i < info.num_components; ++i) {
      auto& from = info.comp_info[i];
      jpeg_component one;
      one.id = static_cast<std::uint8_t>(from.component_id);
      if (info.num_components > 1) {
        one.across = static_cast<std::uint8_t>(from.h_samp_factor);
        one.down = static_cast<std::uint8_t>(from.v_samp_factor);
      }
      one.chroma = (i == 1 || i == 2)
                   && (info.jpeg_color_space == JCS_YCbCr
                       || info.jpeg_color_space == JCS_YCCK);
      if (from.quant_table == nullptr)
        return false;
      for (std::size_t k = 0; k < 64; ++k) {
        one.table[k] = from.quant_table->quantval[k];
        if (one.table[k] == 0 || one.table[k] > 255)
          return false;
      }
      picture_.components.push_back(one);
    }
    keep_colour_segments();
    int blocks = 0;
    for (auto& one : picture_.components)
      blocks += one.across * one.down;
    picture_.count_mcus();
    return blocks <= most_mcu_blocks;
  }

  void keep_colour_segments() {
    auto& info = reader_.info;
    auto byte = [](auto value) { return static_cast<char>(value & 0xff); };
    auto& out = picture_.colour_segments;
    if (info.saw_JFIF_marker != 0) {
      out.append("\xff\xe0\0\x10JFIF\0\1\1", 11);
      out.push_back(byte(info.density_unit));
      for (unsigned density : {info.X_density, info.Y_density}) {
        out.push_back(byte(density >> 8));
        out.push_back(byte(density));
      }
      out.append(2, '\0');
    }
    if (info.saw_Adobe_marker != 0) {
      out.append("\xff\xee\0\x0e"
                 "Adobe\0\x64\0\0\0\0",
                 15);
      out.push_back(byte(info.Adobe_transform));
    }
  }

  bool add_row(jvirt_barray_ptr* arrays, std::uint32_t mcu_row) {
    auto& info = reader_.info;
    std::array<JBLOCKARRAY, 4> rows{};
    for (std::size_t i = 0; i < picture_.components.size(); ++i) {
      auto down = picture_.components[i].down;
      rows[i] =
        (*info.mem->access_virt_barray)(reinterpret_cast<j_common_ptr>(&info),
                                        arrays[i], mcu_row * down, down, FALSE);
    }
    for (std::uint32_t x = 0; x < picture_.mcus_across; ++x)
      for (std::size_t i = 0; i < picture_.components.size(); ++i) {
        auto& from = info.comp_info[i];
        auto& component = picture_.components[i];
        for (std::uint32_t v = 0; v < component.down; ++v)
          for (std::uint32_t h = 0; h < component.across; ++h) {
            // Blocks beyond the edge, which nobody sees, repeat the last.
            auto column =
              std::min(x * component.across + h, from.width_in_blocks - 1);
            auto row =
              std::min(mcu_row * component.down + v, from.height_in_blocks - 1)
              - mcu_row * component.down;
            if (!add_block(rows[i][row][column], i))
              return false;
          }
      }
    return true;
  }

  bool add_block(const JCOEF* block, std::size_t component) {
    auto* out = picture_.tokens.room_for(64);
    if (block[0] > largest_dc || block[0] < -largest_dc)
      return false;
    *out++ = make_token(block[0], component, 0);
    for (auto left = zigzag_mask(block); left != 0; left &= left - 1) {
      auto position = static_cast<std::uint32_t>(std::countr_zero(left));
      auto value = block[natural_order[position]];
      if (value > largest_ac || value < -largest_ac)
        return false;
      *out++ = make_token(value, component, position);
    }
    picture_.tokens.end_at(out);
    return true;
  }

  jpeg_reader reader_;
  jpeg_tokens picture_;
};

} // namespace

caf::expected<jpeg_tokens> read_tokens(byte_view source,
                                       const table_chooser& choose,
                                       similarity* likeness) {
  if (auto tokens = read_usual_tokens(source, choose, likeness))
    return std::move(*tokens);
  try {
    auto tokens = library_reader(source).read();
    if (!tokens || !choose)
      return tokens;
    if (likeness == nullptr) {
      requantize(*tokens, choose);
      return tokens;
    }
    const auto before = *tokens;
    requantize(*tokens, choose);
    *likeness = likeness_of(before, *tokens);
    return tokens;
  } catch (const jpeg_error& reason) {
    return make_error(errc::decode, reason.what());
  }
}

} // namespace pixmill::imaging
