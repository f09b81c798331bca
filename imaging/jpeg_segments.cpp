#include "imaging/jpeg_segments.hpp"

#include <algorithm>
#include <vector>

namespace pixmill::imaging {

namespace {

void put16(std::string& out, std::size_t value) {
  out.push_back(static_cast<char>(value >> 8 & 0xff));
  out.push_back(static_cast<char>(value & 0xff));
}

void put_profile(std::string& out, const std::string& icc) {
  // Two bytes of length, twelve of name, two of numbering.
  constexpr std::size_t most = 65'533 - 14;
  auto pieces = (icc.size() + most - 1) / most;
  for (std::size_t i = 0; i < pieces && pieces < 256; ++i) {
    auto piece = icc.substr(i * most, most);
    put_marker(out, 0xe2, piece.size() + 14);
    out.append("ICC_PROFILE\0", 12);
    out.push_back(static_cast<char>(i + 1));
    out.push_back(static_cast<char>(pieces));
    out += piece;
  }
}

/// Writes DQT with equal tables once, and SOF.
void put_components(std::string& out, const jpeg_tokens& picture,
                    unsigned frame_marker) {
  std::vector<quant_table> unique;
  std::string components;
  for (std::size_t i = 0; i < picture.components.size(); ++i) {
    auto& component = picture.components[i];
    auto slot = std::find(unique.begin(), unique.end(), component.table);
    auto number = slot - unique.begin();
    if (slot == unique.end())
      unique.push_back(component.table);
    components.push_back(static_cast<char>(component.id));
    components.push_back(
      static_cast<char>(component.across << 4 | component.down));
    components.push_back(static_cast<char>(number));
  }
  put_marker(out, 0xdb, 65 * unique.size());
  for (std::size_t slot = 0; slot < unique.size(); ++slot) {
    out.push_back(static_cast<char>(slot));
    for (auto at : natural_order)
      out.push_back(static_cast<char>(unique[slot][at]));
  }
  put_marker(out, frame_marker, 6 + components.size());
  out.push_back(8);
  put16(out, picture.height);
  put16(out, picture.width);
  out.push_back(static_cast<char>(picture.components.size()));
  out += components;
}

} // namespace

void put_marker(std::string& out, unsigned marker, std::size_t body_bytes) {
  out.push_back('\xff');
  out.push_back(static_cast<char>(marker));
  put16(out, body_bytes + 2);
}

void put_frame(std::string& out, const jpeg_tokens& picture,
               const std::string& icc, jpeg_process process) {
  out.append("\xff\xd8", 2);
  out += picture.colour_segments;
  put_profile(out, icc);
  put_components(out, picture, process == jpeg_process::baseline ? 0xc0 : 0xc2);
}

void put_table(std::string& out, unsigned slot, const huffman_code& code) {
  put_marker(out, 0xc4, 17 + code.symbols.size());
  out.push_back(static_cast<char>(slot));
  out.append(code.counts.begin(), code.counts.end());
  out.append(code.symbols.begin(), code.symbols.end());
}

void put_end(std::string& out) {
  out.append("\xff\xd9", 2);
}

} // namespace pixmill::imaging
