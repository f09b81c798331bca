#include "imaging/jpeg_emitter.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "imaging/jpeg_bit_writer.hpp"
#include "imaging/jpeg_segments.hpp"

namespace pixmill::imaging {

namespace {

struct bit_string {
  std::uint32_t bits;
  unsigned length;
};

/// One byte of so many is 0xff at most, usually.
constexpr std::size_t expected_stuffing = 100;

void put_scan_header(std::string& out, const jpeg_tokens& picture,
                     const scan_codes& codes) {
  auto count = picture.components.size();
  for (unsigned i = 0; i < scan_table_count; ++i)
    if (count > 1 || i % 2 == 0)
      put_table(out, (i / 2) << 4 | i % 2, codes[i]);
  put_marker(out, start_of_scan, 4 + 2 * count);
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
  put_end(out);
}

void put_headers(std::string& out, const jpeg_tokens& picture,
                 const scan_codes& codes, const std::string& icc) {
  put_frame(out, picture, icc, jpeg_process::baseline);
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
