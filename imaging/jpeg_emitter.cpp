#include "imaging/jpeg_emitter.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace pixmill::imaging {

namespace {

struct bit_string {
  std::uint32_t bits;
  unsigned length;
};

/// Writes bits, most significant first, without byte stuffing. Each time all
/// eight bytes are stored, and what was whole is passed over: there is no
/// branch to guess.
class bit_writer {
public:
  /// @param out Room for 8 bytes more than is written.
  explicit bit_writer(std::uint8_t* out) : out_(out) {}

  /// @param length 1 to 57.
  void put(std::uint64_t bits, unsigned length) {
    filled_ += length;
    window_ |= bits << (64 - filled_);
    auto word = __builtin_bswap64(window_);
    std::memcpy(out_, &word, 8);
    out_ += filled_ / 8;
    window_ <<= filled_ & 0x38;
    filled_ &= 7;
  }

  /// Goes on at `out`.
  /// @returns The end of the whole bytes so far.
  std::uint8_t* move_to(std::uint8_t* out) {
    return std::exchange(out_, out);
  }

  /// Fills the last byte with ones.
  /// @returns The end of what was written.
  std::uint8_t* finish() {
    put(0x7f, 7);
    return out_;
  }

private:
  std::uint8_t* out_;
  std::uint64_t window_ = 0; ///< From its top on.
  unsigned filled_ = 0;
};

/// One byte of so many is 0xff at most, usually.
constexpr std::size_t expected_stuffing = 100;

/// Appends `data` with a zero behind each 0xff.
void put_stuffed(std::string& out, byte_view data) {
  auto at = out.size();
  out.resize(at + data.size()
             + static_cast<std::size_t>(
               std::count(data.begin(), data.end(), std::uint8_t{0xff})));
  auto* to = out.data() + at;
  while (!data.empty()) {
    auto* found = static_cast<const std::uint8_t*>(
      std::memchr(data.data(), 0xff, data.size()));
    auto length = found == nullptr
                    ? data.size()
                    : static_cast<std::size_t>(found - data.data()) + 1;
    std::memcpy(to, data.data(), length);
    to += length;
    if (found != nullptr)
      *to++ = 0;
    data = data.subspan(length);
  }
}

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

void put_scan(std::string& out, const std::vector<symbol_row>& rows,
              const scan_codes& codes, std::size_t bits) {
  // Code and length side by side: one look for each symbol.
  std::array<std::uint32_t, scan_table_count * 256> packed{};
  for (std::size_t table = 0; table < scan_table_count; ++table)
    for (std::size_t symbol = 0; symbol < 256; ++symbol)
      packed[table * 256 + symbol] =
        static_cast<std::uint32_t>(codes[table].codes[symbol]) << 8
        | codes[table].lengths[symbol];
  auto look_up = [&](std::uint32_t word) {
    auto code = packed[word & 0x3ff];
    auto size = word & 15;
    return bit_string{(code >> 8) << size | word >> 10, (code & 0xff) + size};
  };
  // Piece by piece: what is not stuffed yet stays in the cache.
  constexpr std::size_t piece_words = 4096;
  std::array<std::uint8_t, piece_words * 4 + 16> piece;
  out.reserve(out.size() + bits / 8 + bits / 8 / expected_stuffing + 64);
  bit_writer writer(piece.data());
  for (auto row : rows)
    while (!row.empty()) {
      const auto words = row.first(std::min(row.size(), piece_words));
      std::size_t i = 0;
      // Two take 54 bits at most: codes of 16 with values of 11.
      for (; i + 1 < words.size(); i += 2) {
        auto first = look_up(words[i]);
        auto second = look_up(words[i + 1]);
        writer.put(std::uint64_t{first.bits} << second.length | second.bits,
                   first.length + second.length);
      }
      if (i < words.size()) {
        auto last = look_up(words[i]);
        writer.put(last.bits, last.length);
      }
      put_stuffed(out, {piece.data(), writer.move_to(piece.data())});
      row = row.subspan(words.size());
    }
  put_stuffed(out, {piece.data(), writer.finish()});
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

std::string emit_jpeg(const jpeg_tokens& picture,
                      const std::vector<symbol_row>& rows,
                      const scan_codes& codes, std::size_t bits,
                      const std::string& icc) {
  std::string out;
  put_headers(out, picture, codes, icc);
  put_scan(out, rows, codes, bits);
  return out;
}

std::string emit_jpeg(const jpeg_tokens& picture, const std::string& icc) {
  token_list words;
  scan_counts counts{};
  put_symbols(picture, words, counts);
  auto codes = best_codes(counts);
  return emit_jpeg(picture, {{words.begin(), words.end()}}, codes,
                   scan_bits(counts, codes), icc);
}

} // namespace pixmill::imaging
