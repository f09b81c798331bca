#include "imaging/jpeg_transcoder.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "imaging/jpeg_huffman.hpp"
#include "imaging/jpeg_tables.hpp"

namespace pixmill::imaging {

namespace {

/// Quotients in units of 2^-16, by zigzag position.
using quotients = std::array<std::uint32_t, 64>;

/// Halves go towards zero.
constexpr std::uint32_t rounding = 0x7fff;

quotients divide(const quant_table& from, const quant_table& to) {
  quotients result{};
  for (std::size_t i = 0; i < 64; ++i) {
    auto at = natural_order[i];
    result[i] = (65536u * from[at] + to[at] / 2) / to[at];
  }
  return result;
}

/// The tables that a scan needs: 0 and 1 for DC, 2 and 3 for AC; the odd ones
/// for all components but the first.
constexpr std::size_t table_count = 4;

std::size_t dc_table(std::size_t component) {
  return component == 0 ? 0 : 1;
}

/// A symbol of table `table` and the bits that follow its code.
std::uint32_t make_symbol(std::uint32_t bits, std::size_t table,
                          std::uint32_t symbol) {
  return bits << 16 | static_cast<std::uint32_t>(table) << 8 | symbol;
}

unsigned bit_size(std::uint32_t magnitude) {
  return static_cast<unsigned>(std::bit_width(magnitude));
}

/// Turns tokens into the symbols of a scan with other quantization tables.
class symbolizer {
public:
  symbolizer(const std::vector<quotients>& factors,
             std::array<symbol_counts, table_count>& counts)
      : factors_(factors), counts_(counts) {}

  /// @param out Room for three symbols a token.
  std::size_t run(const token_list& tokens, std::uint32_t* const out) {
    auto* at = out;
    std::array<int, 4> last_dc{};
    std::uint32_t last = 63; // As if a full block had come before.
    std::size_t ac = 2;
    const quotients* factors = nullptr;
    for (auto token : tokens) {
      auto value = token_value(token);
      auto position = token_position(token);
      auto magnitude = static_cast<std::uint32_t>(std::abs(value));
      if (position != 0) {
        auto scaled = (magnitude * (*factors)[position] + rounding) >> 16;
        if (scaled == 0)
          continue;
        auto run = position - last - 1;
        for (; run >= 16; run -= 16)
          *at++ = count(0, ac, 0xf0);
        auto size = bit_size(scaled);
        *at++ = count(bits_of(scaled, size, value), ac, run << 4 | size);
        last = position;
        continue;
      }
      if (last != 63)
        *at++ = count(0, ac, 0);
      auto component = token_component(token);
      factors = &factors_[component];
      auto scaled =
        static_cast<int>((magnitude * (*factors)[0] + rounding) >> 16);
      auto dc = value < 0 ? -scaled : scaled;
      auto change = dc - std::exchange(last_dc[component], dc);
      auto size = bit_size(static_cast<std::uint32_t>(std::abs(change)));
      *at++ = count(
        bits_of(static_cast<std::uint32_t>(std::abs(change)), size, change),
        dc_table(component), size);
      ac = dc_table(component) + 2;
      last = 0;
    }
    if (last != 63)
      *at++ = count(0, ac, 0);
    return static_cast<std::size_t>(at - out);
  }

private:
  /// Negative values are stored as the complement of their magnitude.
  static std::uint32_t bits_of(std::uint32_t magnitude, unsigned size,
                               int sign) {
    return sign < 0 ? ~magnitude & ((1u << size) - 1) : magnitude;
  }

  std::uint32_t count(std::uint32_t bits, std::size_t table,
                      std::uint32_t symbol) {
    ++counts_[table][symbol];
    return make_symbol(bits, table, symbol);
  }

  const std::vector<quotients>& factors_;
  std::array<symbol_counts, table_count>& counts_;
};

/// Writes bits, most significant first, and a zero after each 0xff.
class bit_writer {
public:
  /// @param out Room for 16 bytes more than is written, stuffing included.
  explicit bit_writer(std::uint8_t* out) : out_(out) {}

  /// @param length At most 32.
  void put(std::uint32_t bits, unsigned length) {
    window_ = window_ << length | bits;
    filled_ += length;
    if (filled_ >= 32)
      flush(static_cast<std::uint32_t>(window_ >> (filled_ -= 32)));
  }

  /// Fills the last byte with ones.
  std::uint8_t* finish() {
    put(0x7f, 7);
    for (; filled_ >= 8;)
      byte(static_cast<std::uint8_t>(window_ >> (filled_ -= 8)));
    return out_;
  }

private:
  void flush(std::uint32_t word) {
    // Whether a byte is 0xff: then its complement is zero.
    auto complement = ~word;
    if (((complement - 0x01010101u) & word & 0x80808080u) == 0) {
      word = __builtin_bswap32(word);
      std::memcpy(out_, &word, 4);
      out_ += 4;
      return;
    }
    for (int shift = 24; shift >= 0; shift -= 8)
      byte(static_cast<std::uint8_t>(word >> shift));
  }

  void byte(std::uint8_t value) {
    *out_++ = value;
    if (value == 0xff)
      *out_++ = 0;
  }

  std::uint8_t* out_;
  std::uint64_t window_ = 0;
  unsigned filled_ = 0;
};

void put16(std::string& out, std::size_t value) {
  out.push_back(static_cast<char>(value >> 8 & 0xff));
  out.push_back(static_cast<char>(value & 0xff));
}

void put_marker(std::string& out, unsigned marker, std::size_t body_bytes) {
  out.push_back('\xff');
  out.push_back(static_cast<char>(marker));
  put16(out, body_bytes + 2);
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

/// Writes DQT with equal tables once, and SOF0.
void put_frame(std::string& out, const jpeg_tokens& picture,
               const std::vector<quant_table>& tables) {
  std::vector<quant_table> unique;
  std::string components;
  for (std::size_t i = 0; i < picture.components.size(); ++i) {
    auto& component = picture.components[i];
    auto slot = std::find(unique.begin(), unique.end(), tables[i]);
    auto number = slot - unique.begin();
    if (slot == unique.end())
      unique.push_back(tables[i]);
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
  put_marker(out, 0xc0, 6 + components.size());
  out.push_back(8);
  put16(out, picture.height);
  put16(out, picture.width);
  out.push_back(static_cast<char>(picture.components.size()));
  out += components;
}

void put_scan_header(std::string& out, const jpeg_tokens& picture,
                     const std::array<huffman_code, table_count>& codes) {
  auto count = picture.components.size();
  for (std::size_t i = 0; i < table_count; ++i) {
    if (count == 1 && i % 2 == 1)
      continue;
    put_marker(out, 0xc4, 17 + codes[i].symbols.size());
    out.push_back(static_cast<char>((i / 2) << 4 | i % 2));
    out.append(codes[i].counts.begin(), codes[i].counts.end());
    out.append(codes[i].symbols.begin(), codes[i].symbols.end());
  }
  put_marker(out, 0xda, 4 + 2 * count);
  out.push_back(static_cast<char>(count));
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(static_cast<char>(picture.components[i].id));
    out.push_back(static_cast<char>(dc_table(i) << 4 | dc_table(i)));
  }
  out.append("\0\x3f\0", 3);
}

std::size_t scan_bits(const std::array<symbol_counts, table_count>& counts,
                      const std::array<huffman_code, table_count>& codes) {
  std::size_t bits = 0;
  for (std::size_t table = 0; table < table_count; ++table)
    for (std::size_t symbol = 0; symbol < 256; ++symbol)
      bits += std::size_t{counts[table][symbol]}
              * (codes[table].lengths[symbol] + (symbol & 15u));
  return bits;
}

void put_scan(std::string& out, const std::uint32_t* symbols, std::size_t count,
              const std::array<huffman_code, table_count>& codes,
              std::size_t bits) {
  // Code and length side by side: one look for each symbol.
  std::array<std::uint32_t, table_count * 256> packed{};
  for (std::size_t table = 0; table < table_count; ++table)
    for (std::size_t symbol = 0; symbol < 256; ++symbol)
      packed[table * 256 + symbol] =
        static_cast<std::uint32_t>(codes[table].codes[symbol]) << 8
        | codes[table].lengths[symbol];
  auto start = out.size();
  // At worst each byte is 0xff.
  out.resize(start + bits / 4 + 64);
  auto* begin = reinterpret_cast<std::uint8_t*>(out.data()) + start;
  bit_writer writer(begin);
  for (std::size_t i = 0; i < count; ++i) {
    auto symbol = symbols[i];
    auto code = packed[symbol & 0x3ff];
    auto size = symbol & 15u;
    writer.put((code >> 8) << size | symbol >> 16, (code & 0xff) + size);
  }
  auto* end = writer.finish();
  out.resize(start + static_cast<std::size_t>(end - begin));
  out.append("\xff\xd9", 2);
}

} // namespace

jpeg_transcoder::jpeg_transcoder(jpeg_tokens picture)
    : picture_(std::move(picture)) {}

int jpeg_transcoder::source_quality() const {
  return quality_of(picture_.components[0].table);
}

std::vector<quant_table> jpeg_transcoder::tables_at(int quality) const {
  std::vector<quant_table> tables;
  for (auto& component : picture_.components)
    tables.push_back(
      coarser(component.table, quality_table(quality, component.chroma)));
  return tables;
}

std::string jpeg_transcoder::write(int quality, const std::string& icc) {
  auto tables = tables_at(quality);
  std::vector<quotients> factors;
  for (std::size_t i = 0; i < tables.size(); ++i)
    factors.push_back(divide(picture_.components[i].table, tables[i]));
  std::array<symbol_counts, table_count> counts{};
  // A token yields one symbol, a block an end or at most 3 runs of 16 zeros.
  symbols_.clear();
  auto* first =
    symbols_.room_for(picture_.tokens.size() + 3 * picture_.block_count() + 1);
  auto count = symbolizer(factors, counts).run(picture_.tokens, first);
  std::array<huffman_code, table_count> codes;
  for (std::size_t i = 0; i < table_count; ++i)
    codes[i] = best_code(counts[i]);
  std::string out("\xff\xd8", 2);
  out += picture_.colour_segments;
  put_profile(out, icc);
  put_frame(out, picture_, tables);
  put_scan_header(out, picture_, codes);
  put_scan(out, first, count, codes, scan_bits(counts, codes));
  return out;
}

luma_plane jpeg_transcoder::source_luma() const {
  return render(picture_.components[0].table);
}

luma_plane jpeg_transcoder::luma_at(int quality) const {
  return render(tables_at(quality)[0]);
}

luma_plane jpeg_transcoder::render(const quant_table& table) const {
  auto& luma = picture_.components[0];
  auto factors = divide(luma.table, table);
  const block_renderer renderer(table);
  std::size_t columns = std::size_t{picture_.mcus_across} * luma.across;
  std::size_t rows = std::size_t{picture_.mcus_down} * luma.down;
  luma_plane plane;
  plane.width =
    std::min(picture_.width, static_cast<std::uint32_t>(columns * 8));
  plane.height =
    std::min(picture_.height, static_cast<std::uint32_t>(rows * 8));
  plane.stride = static_cast<std::uint32_t>(columns * 8);
  plane.samples.resize(columns * 8 * rows * 8);
  std::size_t per_mcu = 0;
  for (auto& component : picture_.components)
    per_mcu += std::size_t{component.across} * component.down;
  // One row of MCUs at a time, as large blocks as it takes.
  std::vector<std::int16_t> blocks(columns * luma.down * 64);
  auto* at = picture_.tokens.begin();
  auto* end = picture_.tokens.end();
  for (std::uint32_t y = 0; y < picture_.mcus_down; ++y) {
    std::fill(blocks.begin(), blocks.end(), std::int16_t{0});
    std::size_t index = 0; // Of the luma block, in coding order.
    std::int16_t* block = nullptr;
    auto stop = picture_.mcus_across * per_mcu;
    for (std::size_t seen = 0; at < end; ++at) {
      auto position = token_position(*at);
      if (position == 0) {
        if (seen++ == stop)
          break;
        block = nullptr;
        if (token_component(*at) == 0) {
          auto per = std::size_t{luma.across} * luma.down;
          auto within = index % per;
          auto column = index / per * luma.across + within % luma.across;
          block =
            blocks.data() + (within / luma.across * columns + column) * 64;
          ++index;
        }
      }
      if (block == nullptr)
        continue;
      auto value = token_value(*at);
      auto magnitude = static_cast<std::uint32_t>(std::abs(value));
      auto scaled = static_cast<std::int16_t>(
        (magnitude * factors[position] + rounding) >> 16);
      block[natural_order[position]] =
        static_cast<std::int16_t>(value < 0 ? -scaled : scaled);
    }
    for (std::size_t row = 0; row < luma.down; ++row)
      renderer.apply(blocks.data() + row * columns * 64, columns,
                     plane.samples.data()
                       + (y * luma.down + row) * 8 * plane.stride,
                     plane.stride);
  }
  return plane;
}

} // namespace pixmill::imaging
