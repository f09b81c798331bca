#include "imaging/jpeg_scans.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "imaging/jpeg_bit_writer.hpp"
#include "imaging/jpeg_segments.hpp"

namespace pixmill::imaging {

namespace {

/// Luma's first AC scan ends here: 5 and 8 are as good.
constexpr std::uint32_t low_band_end = 8;

/// More blocks without a coefficient take two symbols.
/// @see ITU-T T.81, G.1.2.2
constexpr std::uint32_t longest_end_run = 32'767;

/// The value that a DC symbol stands for.
int value_of(std::uint32_t word) noexcept {
  const auto most = (1 << (symbol_code(word) & 15u)) - 1;
  const auto raw = static_cast<int>(word >> 10);
  return raw - (2 * raw <= most ? most : 0);
}

bool is_dc(std::uint32_t word) noexcept {
  return symbol_table(word) < 2;
}

/// The bits that follow the code of a symbol.
unsigned bits_behind(unsigned symbol) noexcept {
  const auto size = symbol & 15u;
  const auto run = symbol >> 4;
  return size != 0 ? size : run == 15 ? 0 : run;
}

} // namespace

/// Puts the symbols of one scan's AC coefficients.
class jpeg_scans::band_writer {
public:
  /// @param most Symbols.
  band_writer(scan& to, std::size_t most)
      : scan_(&to), counts_(&to.counts), last_(to.last) {
    to.words.clear();
    to.counts = {};
    to_ = to.words.room_for(most);
  }

  /// The last position of its band.
  std::uint32_t last() const noexcept {
    return last_;
  }

  void put(std::uint32_t run, unsigned size, std::uint32_t bits) {
    put_ends();
    for (; run >= 16; run -= 16)
      put(zero_run_symbol, 0);
    put(run << 4 | size, bits);
  }

  /// Notes that a block has nothing more.
  void end_block() {
    if (++ended_ == longest_end_run)
      put_ends();
  }

  void finish() {
    put_ends();
    scan_->words.end_at(to_);
  }

private:
  void put(unsigned symbol, std::uint32_t bits) {
    ++(*counts_)[symbol];
    *to_++ = make_symbol(0, symbol, bits);
  }

  void put_ends() {
    if (ended_ == 0)
      return;
    const auto size = bit_size(ended_) - 1;
    put(size << 4, ended_ - (1u << size));
    ended_ = 0;
  }

  scan* scan_;
  symbol_counts* counts_;
  std::uint32_t* to_;
  std::uint32_t last_;
  std::uint32_t ended_ = 0; ///< Blocks.
};

jpeg_scans::jpeg_scans(const jpeg_tokens& picture) : picture_(picture) {
  std::size_t in_row = 0;
  for (auto& component : picture.components) {
    plane one;
    one.across = component.across;
    one.down = component.down;
    std::tie(one.columns, one.rows) = picture.used_blocks(component);
    in_row += one.across * one.down * picture.mcus_across;
    planes_.push_back(std::move(one));
  }
  begins_.resize(in_row + 1);
  plan();
}

/// Coarse before fine, so that a picture shows as it arrives.
void jpeg_scans::plan() {
  auto add = [this](std::size_t component, std::uint32_t first,
                    std::uint32_t last) {
    auto& one = scans_.emplace_back();
    one.component = component;
    one.first = first;
    one.last = last;
    return scans_.size() - 1;
  };
  auto add_band = [&](std::size_t component, std::uint32_t first,
                      std::uint32_t last) {
    auto& one = planes_[component];
    one.ac_scans[one.bands++] = add(component, first, last);
  };
  auto& components = picture_.components;
  for (std::size_t i = 0; i < components.size(); ++i)
    planes_[i].dc_scan = add(i, 0, 0);
  for (std::size_t i = 0; i < components.size(); ++i)
    add_band(i, 1, components[i].chroma ? 63 : low_band_end);
  for (std::size_t i = 0; i < components.size(); ++i)
    if (!components[i].chroma)
      add_band(i, low_band_end + 1, 63);
}

std::size_t jpeg_scans::sort(std::span<const row> rows) {
  for (auto& one : planes_) {
    one.blocks.resize(one.columns * std::min(one.rows, rows.size() * one.down));
    one.symbols = 0;
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
    place(i, rows[i]);
  for (auto& one : planes_) {
    put_dc(one);
    put_ac(one);
  }
  std::size_t bits = 0;
  for (auto& one : scans_) {
    one.code = best_code(one.counts);
    for (unsigned symbol = 0; symbol < 256; ++symbol)
      bits += std::size_t{one.counts[symbol]}
              * (one.code.lengths[symbol] + bits_behind(symbol));
  }
  return bits;
}

/// Puts the blocks of a row of MCUs where scans look for them; those that only
/// fill up MCUs have no place.
void jpeg_scans::place(std::size_t number, const row& from) {
  // Where blocks end cannot be guessed: first all are found, without a branch.
  std::size_t count = 0;
  for (std::size_t i = 0; i < from.words.size(); ++i) {
    begins_[count] = static_cast<std::uint32_t>(i);
    count += is_dc(from.words[i]) ? 1 : 0;
  }
  begins_[count] = static_cast<std::uint32_t>(from.words.size());
  std::array<int, 4> dc{};
  std::array<bool, 4> begun{};
  std::size_t next = 0;
  for (std::size_t mcu = 0; mcu < picture_.mcus_across; ++mcu)
    for (std::size_t i = 0; i < planes_.size(); ++i) {
      auto& to = planes_[i];
      for (std::size_t y = 0; y < to.down; ++y)
        for (std::size_t x = 0; x < to.across; ++x) {
          const auto begin = begins_[next];
          const auto length = begins_[++next] - begin;
          const auto* words = from.words.data() + begin;
          // The first may be told as what it is or as what it changes by.
          dc[i] = std::exchange(begun[i], true)
                    ? dc[i] + value_of(*words)
                    : from.edges->first[i].value_or(0);
          to.symbols += length;
          const auto column = mcu * to.across + x;
          const auto line = number * to.down + y;
          if (column < to.columns && line < to.rows)
            to.blocks[line * to.columns + column] = {words + 1, length - 1,
                                                     dc[i]};
        }
    }
}

void jpeg_scans::put_dc(const plane& from) {
  auto& to = scans_[from.dc_scan];
  to.words.clear();
  to.counts = {};
  auto* word = to.words.room_for(from.blocks.size());
  int last = 0;
  for (auto& one : from.blocks) {
    const auto change = one.dc - std::exchange(last, one.dc);
    const auto size = bit_size(static_cast<std::uint32_t>(std::abs(change)));
    ++to.counts[size];
    *word++ = make_symbol(0, size, bits_of(change, size));
  }
  to.words.end_at(word);
}

void jpeg_scans::put_ac(const plane& from) {
  // Each block may end a run of ends before it.
  const auto most = from.symbols + from.blocks.size() + 1;
  std::vector<band_writer> bands;
  for (auto number : std::span(from.ac_scans).first(from.bands))
    bands.emplace_back(scans_[number], most);
  auto* const end = bands.data() + bands.size();
  for (auto& one : from.blocks) {
    auto* band = bands.data();
    std::uint32_t position = 0;
    std::uint32_t last = 0;
    auto leave_band = [&] {
      if (last != band->last())
        band->end_block();
      last = band->last();
      ++band;
    };
    for (std::uint32_t i = 0; i < one.count; ++i) {
      const auto word = one.words[i];
      const auto code = symbol_code(word);
      if (code == 0)
        break;
      position += (code >> 4) + 1;
      if ((code & 15u) == 0)
        continue;
      if (position > band->last())
        leave_band();
      band->put(position - last - 1, code & 15u, word >> 10);
      last = position;
    }
    while (band != end)
      leave_band();
  }
  for (auto& band : bands)
    band.finish();
}

void jpeg_scans::put_header(std::string& out, const scan& of,
                            const jpeg_tokens& frame) {
  put_table(out, of.first == 0 ? 0 : 16, of.code);
  put_marker(out, start_of_scan, 6);
  out.push_back(1);
  out.push_back(static_cast<char>(frame.components[of.component].id));
  out.push_back(0);
  out.push_back(static_cast<char>(of.first));
  out.push_back(static_cast<char>(of.last));
  out.push_back(0);
}

std::size_t jpeg_scans::header_bytes(const std::string& icc) const {
  std::string out;
  put_frame(out, picture_, icc, jpeg_process::progressive);
  for (auto& one : scans_)
    put_header(out, one, picture_);
  put_end(out);
  return out.size();
}

std::string jpeg_scans::emit(const jpeg_tokens& frame,
                             const std::string& icc) const {
  std::string out;
  put_frame(out, frame, icc, jpeg_process::progressive);
  constexpr std::size_t piece_words = 4096;
  std::array<std::uint8_t, piece_words * 4 + 16> piece;
  for (auto& one : scans_) {
    put_header(out, one, frame);
    std::array<std::uint32_t, 256> packed;
    for (unsigned symbol = 0; symbol < 256; ++symbol)
      packed[symbol] = std::uint32_t{one.code.codes[symbol]} << 16
                       | bits_behind(symbol) << 8 | one.code.lengths[symbol];
    bit_writer writer(piece.data());
    symbol_row words(one.words.begin(), one.words.end());
    while (!words.empty()) {
      const auto some = words.first(std::min(words.size(), piece_words));
      for (auto word : some) {
        const auto code = packed[symbol_code(word)];
        const auto behind = code >> 8 & 0xff;
        writer.put((std::uint64_t{code >> 16} << behind) | word >> 10,
                   (code & 0xff) + behind);
      }
      put_stuffed(out, {piece.data(), writer.move_to(piece.data())});
      words = words.subspan(some.size());
    }
    put_stuffed(out, {piece.data(), writer.finish()});
  }
  put_end(out);
  return out;
}

} // namespace pixmill::imaging
