#include "imaging/jpeg_emitter.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace pixmill::imaging {

namespace {

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
void put_frame(std::string& out, const jpeg_tokens& picture) {
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
  put_marker(out, 0xc0, 6 + components.size());
  out.push_back(8);
  put16(out, picture.height);
  put16(out, picture.width);
  out.push_back(static_cast<char>(picture.components.size()));
  out += components;
}

void put_scan_header(std::string& out, const jpeg_tokens& picture,
                     const scan_codes& codes) {
  auto count = picture.components.size();
  for (std::size_t i = 0; i < scan_table_count; ++i) {
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

void put_scan(std::string& out, const token_rows& rows, const scan_codes& codes,
              std::size_t bits) {
  // Code and length side by side: one look for each symbol.
  std::array<std::uint32_t, scan_table_count * 256> packed{};
  for (std::size_t table = 0; table < scan_table_count; ++table)
    for (std::size_t symbol = 0; symbol < 256; ++symbol)
      packed[table * 256 + symbol] =
        static_cast<std::uint32_t>(codes[table].codes[symbol]) << 8
        | codes[table].lengths[symbol];
  auto start = out.size();
  // At worst each byte is 0xff.
  out.resize(start + bits / 4 + 64);
  auto* begin = reinterpret_cast<std::uint8_t*>(out.data()) + start;
  bit_writer writer(begin);
  dc_state last_dc{};
  for (auto& row : rows)
    visit_symbols(row.begin, row.end, last_dc,
                  [&](std::size_t table, unsigned symbol, std::uint32_t value) {
                    auto code = packed[table * 256 + symbol];
                    auto size = symbol & 15u;
                    writer.put((code >> 8) << size | value,
                               (code & 0xff) + size);
                  });
  auto* end = writer.finish();
  out.resize(start + static_cast<std::size_t>(end - begin));
  out.append("\xff\xd9", 2);
}

void put_headers(std::string& out, const jpeg_tokens& picture,
                 const scan_codes& codes, const std::string& icc) {
  out.append("\xff\xd8", 2);
  out += picture.colour_segments;
  put_profile(out, icc);
  put_frame(out, picture);
  put_scan_header(out, picture, codes);
}

} // namespace

token_rows rows_of(const jpeg_tokens& picture) {
  token_rows rows;
  for (std::size_t i = 0; i + 1 < picture.rows.size(); ++i)
    rows.push_back({picture.tokens.begin() + picture.rows[i],
                    picture.tokens.begin() + picture.rows[i + 1]});
  return rows;
}

std::size_t header_bytes(const jpeg_tokens& picture, const scan_codes& codes,
                         const std::string& icc) {
  std::string out;
  put_headers(out, picture, codes, icc);
  return out.size();
}

std::string emit_jpeg(const jpeg_tokens& picture, const token_rows& rows,
                      const scan_codes& codes, std::size_t bits,
                      const std::string& icc) {
  std::string out;
  put_headers(out, picture, codes, icc);
  put_scan(out, rows, codes, bits);
  return out;
}

std::string emit_jpeg(const jpeg_tokens& picture, const std::string& icc) {
  scan_counts counts{};
  dc_state last_dc{};
  count_symbols(picture.tokens.begin(), picture.tokens.end(), last_dc, counts);
  auto codes = best_codes(counts);
  return emit_jpeg(picture, rows_of(picture), codes, scan_bits(counts, codes),
                   icc);
}

} // namespace pixmill::imaging
