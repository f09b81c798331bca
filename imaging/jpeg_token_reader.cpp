#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <utility>

#include "imaging/jpeg_progressive_decoder.hpp"
#include "imaging/jpeg_scan_decoder.hpp"
#include "imaging/jpeg_similarity.hpp"
#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

namespace {

bool is_chroma(std::size_t component, const jpeg_tokens& picture,
               int adobe_transform) {
  auto& all = picture.components;
  if (component == 0 || component == 3 || all.size() < 3)
    return false;
  if (adobe_transform >= 0)
    return adobe_transform != 0;
  bool rgb = all[0].id == 'R' && all[1].id == 'G' && all[2].id == 'B';
  return all.size() == 3 && !rgb;
}

/// Reads the segments and scans of a baseline or progressive file.
class usual_parser {
public:
  /// @param compares Whether to learn what requantizing does.
  usual_parser(byte_view source, const table_chooser& choose, bool compares)
      : source_(source), choose_(choose), compares_(compares) {}

  bool parse() {
    while (at_ + 2 <= source_.size() && source_[at_] == 0xff) {
      auto marker = source_[at_ + 1];
      if (marker == 0xff) {
        ++at_;
        continue;
      }
      if (marker == 0xd9)
        return finish();
      auto length = be16(source_, at_ + 2);
      if (length < 2 || at_ + 2 + length > source_.size())
        return false;
      auto body = source_.subspan(at_ + 4, length - 2);
      auto whole = source_.subspan(at_, length + 2);
      at_ += 2 + std::size_t{length};
      if (!(marker == 0xda ? scan(body) : segment(marker, body, whole)))
        return false;
    }
    return false;
  }

  jpeg_tokens take() && {
    return std::move(picture_);
  }

  similarity likeness() const {
    return likeness_ ? likeness_->result() : similarity{};
  }

private:
  bool segment(std::uint8_t marker, byte_view body, byte_view whole) {
    switch (marker) {
    case 0xc0:
    case 0xc1:
    case 0xc2:
      progressive_ = marker == 0xc2;
      return frame(body);
    case 0xc4:
      return huffman_tables(body);
    case 0xdb:
      return quant_tables(body);
    case 0xdd:
      restart_interval_ = be16(body, 0);
      return true;
    case 0xe0:
      keep_colour_segment(whole, has_at(body, 0, {"JFIF\0", 5}));
      return true;
    case 0xee:
      if (has_at(body, 0, "Adobe") && body.size() >= 12)
        adobe_transform_ = body[11];
      keep_colour_segment(whole, adobe_transform_ >= 0);
      return true;
    default:
      return marker >= 0xe0; // Applications and comments.
    }
  }

  void keep_colour_segment(byte_view whole, bool matters) {
    if (matters)
      picture_.colour_segments.append(
        reinterpret_cast<const char*>(whole.data()), whole.size());
  }

  bool quant_tables(byte_view body) {
    // Tables that change between scans are libjpeg's to sort out.
    if (scans_ > 0)
      return false;
    while (!body.empty()) {
      // Longer numbers are not baseline.
      if (body[0] > 3 || body.size() < 65)
        return false;
      auto& table = quant_tables_[body[0]];
      for (std::size_t i = 0; i < 64; ++i)
        table[natural_order[i]] = body[1 + i];
      if (std::find(table.begin(), table.end(), 0) != table.end())
        return false;
      body = body.subspan(65);
    }
    return true;
  }

  bool huffman_tables(byte_view body) {
    while (!body.empty()) {
      if (body.size() < 17 || (body[0] & 0xef) > 3)
        return false;
      auto counts = body.subspan(1, 16);
      auto total = std::accumulate(counts.begin(), counts.end(), 0u);
      if (total > 256 || body.size() < 17 + total)
        return false;
      bool dc = (body[0] & 0x10) == 0;
      auto& tables = dc ? dc_tables_ : ac_tables_;
      if (!tables[body[0] & 3].build(counts, body.subspan(17, total), dc))
        return false;
      body = body.subspan(17 + total);
    }
    return true;
  }

  bool frame(byte_view body) {
    if (body.size() < 6 || body[0] != 8 || !picture_.components.empty())
      return false;
    picture_.height = be16(body, 1);
    picture_.width = be16(body, 3);
    std::size_t count = body[5];
    if (picture_.height == 0 || picture_.width == 0 || count == 0 || count > 4
        || body.size() != 6 + 3 * count)
      return false;
    int blocks = 0;
    for (std::size_t i = 0; i < count; ++i) {
      auto* field = body.data() + 6 + 3 * i;
      jpeg_component one;
      one.id = field[0];
      // A component alone is coded block by block, whatever its factors.
      if (count > 1) {
        one.across = field[1] >> 4;
        one.down = field[1] & 15;
      }
      if (one.across < 1 || one.across > 4 || one.down < 1 || one.down > 4
          || field[2] > 3)
        return false;
      blocks += one.across * one.down;
      quant_slots_[i] = field[2];
      picture_.components.push_back(one);
    }
    if (blocks > most_mcu_blocks)
      return false;
    picture_.count_mcus();
    return true;
  }

  bool scan(byte_view body) {
    jpeg_scan scan;
    if (picture_.components.empty() || !scan_header(body, scan)
        || !unstuff(source_.subspan(at_), data_))
      return false;
    at_ += data_.consumed;
    if (++scans_ == 1 && !take_tables())
      return false;
    if (progressive_) {
      if (!decoder_)
        decoder_ = std::make_unique<progressive_decoder>(picture_);
      return decoder_->decode(scan, data_);
    }
    bool decoded = scans_ == 1
                   && scan.components.size() == picture_.components.size()
                   && scan.last == 63
                   && decode_scan(data_, scan.tables, restart_interval_,
                                  factors_.empty() ? nullptr : &factors_,
                                  likeness_ ? &*likeness_ : nullptr, picture_);
    data_ = {}; // As large as the file; nothing comes after it.
    return decoded;
  }

  /// Gives each component its quantization table, and the one to change to.
  bool take_tables() {
    std::vector<quant_table> wanted;
    for (std::size_t i = 0; i < picture_.components.size(); ++i) {
      auto& component = picture_.components[i];
      component.table = quant_tables_[quant_slots_[i]];
      component.chroma = is_chroma(i, picture_, adobe_transform_);
      if (component.table[0] == 0)
        return false;
      if (!choose_)
        continue;
      wanted.push_back(choose_(component));
      factors_.push_back(divide(component.table, wanted.back()));
    }
    if (compares_ && choose_)
      likeness_.emplace(picture_, wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      picture_.components[i].table = wanted[i];
    return true;
  }

  bool scan_header(byte_view body, jpeg_scan& scan) {
    std::size_t count = body.empty() ? 0 : body[0];
    if (count == 0 || count > picture_.components.size()
        || body.size() != 4 + 2 * count)
      return false;
    for (std::size_t i = 0, next = 0; i < count; ++i, ++next) {
      auto slots = body[2 + 2 * i];
      while (next < picture_.components.size()
             && picture_.components[next].id != body[1 + 2 * i])
        ++next;
      if (next == picture_.components.size() || (slots & 0xcc) != 0)
        return false;
      scan.components.push_back(next);
      scan.tables.push_back({&dc_tables_[slots >> 4], &ac_tables_[slots & 3]});
    }
    auto* rest = body.data() + 1 + 2 * count;
    scan.first = rest[0];
    scan.last = rest[1];
    scan.refined = rest[2] >> 4;
    scan.shift = rest[2] & 15;
    scan.restart_interval = restart_interval_;
    return progressive_ ? valid_progressive(scan) : valid_baseline(scan);
  }

  static bool valid_baseline(const jpeg_scan& scan) {
    return scan.first == 0
           && std::all_of(scan.tables.begin(), scan.tables.end(),
                          [](const jpeg_scan_tables& tables) {
                            return tables.dc->valid() && tables.ac->valid();
                          });
  }

  static bool valid_progressive(const jpeg_scan& scan) {
    if (scan.last > 63 || scan.shift > 13
        || (scan.refined != 0 && scan.refined != scan.shift + 1))
      return false;
    if (scan.first != 0)
      return scan.first <= scan.last && scan.components.size() == 1
             && scan.tables[0].ac->valid();
    return scan.last == 0
           && (scan.refined != 0
               || std::all_of(scan.tables.begin(), scan.tables.end(),
                              [](const jpeg_scan_tables& tables) {
                                return tables.dc->valid();
                              }));
  }

  bool finish() {
    if (scans_ == 0)
      return false;
    return !progressive_
           || decoder_->store(picture_, factors_.empty() ? nullptr : &factors_,
                              likeness_ ? &*likeness_ : nullptr);
  }

  byte_view source_;
  const table_chooser& choose_;
  bool compares_;
  std::vector<requantizing_factors> factors_;
  std::optional<jpeg_similarity> likeness_;
  std::size_t at_ = 2;
  bool progressive_ = false;
  int scans_ = 0;
  jpeg_tokens picture_;
  jpeg_scan_data data_;
  std::unique_ptr<progressive_decoder> decoder_;
  std::array<quant_table, 4> quant_tables_{};
  std::array<std::uint8_t, 4> quant_slots_{};
  std::array<jpeg_decoding_table, 4> dc_tables_;
  std::array<jpeg_decoding_table, 4> ac_tables_;
  std::uint32_t restart_interval_ = 0;
  int adobe_transform_ = -1;
};

} // namespace

std::optional<jpeg_tokens> read_usual_tokens(byte_view source,
                                             const table_chooser& choose,
                                             similarity* likeness) {
  // Large for the stack: 64 KiB of tables.
  auto parser =
    std::make_unique<usual_parser>(source, choose, likeness != nullptr);
  if (!parser->parse())
    return std::nullopt;
  if (likeness != nullptr)
    *likeness = parser->likeness();
  return std::move(*parser).take();
}

} // namespace pixmill::imaging
