#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "imaging/gif_frames.hpp"

namespace pixmill::imaging {

namespace {

constexpr unsigned most_codes = 4096;

void append_le16(std::string& out, std::uint32_t value) {
  out.push_back(static_cast<char>(value & 0xff));
  out.push_back(static_cast<char>(value >> 8 & 0xff));
}

/// Puts codes into sub-blocks.
class code_writer {
public:
  explicit code_writer(std::string& out) : out_(out) {}

  void put(unsigned code, unsigned bits) {
    word_ |= code << held_;
    for (held_ += bits; held_ >= 8; held_ -= 8, word_ >>= 8)
      put_byte(static_cast<char>(word_ & 0xff));
  }

  void finish() {
    if (held_ > 0)
      put_byte(static_cast<char>(word_ & 0xff));
    flush();
    out_.push_back('\0');
  }

private:
  void put_byte(char byte) {
    block_[size_++] = byte;
    if (size_ == block_.size())
      flush();
  }

  void flush() {
    if (size_ == 0)
      return;
    out_.push_back(static_cast<char>(size_));
    out_.append(block_.data(), size_);
    size_ = 0;
  }

  std::string& out_;
  std::array<char, 255> block_{};
  std::size_t size_ = 0;
  std::uint32_t word_ = 0;
  unsigned held_ = 0;
};

using rgb_error = std::array<int, 3>;

/// What two colours differ by, with what was lost before.
class colour_distance {
public:
  colour_distance(const gif_frame& frame, int most)
      : frame_(frame), most_(most) {}

  /// Returns the squared error of `taken` in place of `wanted`; more than the
  /// most: it may not be taken. What would make up for the error is welcome,
  /// but does not forbid what fits without.
  int of(std::uint8_t taken, std::uint8_t wanted, const rgb_error& lost) const {
    if ((frame_.transparent == taken) != (frame_.transparent == wanted))
      return std::numeric_limits<int>::max();
    const auto& x = frame_.palette[taken];
    const auto& y = frame_.palette[wanted];
    int whole = 0;
    int half = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      auto error = x[c] - y[c];
      whole += (error + lost[c]) * (error + lost[c]);
      half += (error + lost[c] / 2) * (error + lost[c] / 2);
    }
    return std::min(whole, half);
  }

  rgb_error carried(std::uint8_t taken, std::uint8_t wanted,
                    const rgb_error& lost) const {
    rgb_error out{};
    if (frame_.transparent != wanted)
      for (std::size_t c = 0; c < 3; ++c)
        out[c] = frame_.palette[taken][c] - frame_.palette[wanted][c]
                 + lost[c] * 3 / 4;
    return out;
  }

  int most() const noexcept {
    return most_;
  }

private:
  const gif_frame& frame_;
  int most_;
};

/// A dictionary as a tree: a code is its parent's and one number more.
class lzw_encoder {
public:
  lzw_encoder(const gif_frame& frame, unsigned root_bits, int most_error,
              std::string& out)
      : frame_(frame), numbers_(frame.numbers), distance_(frame, most_error),
        root_bits_(root_bits), bits_(root_bits + 1), clear_(1u << root_bits),
        codes_(out) {}

  void write() {
    clear();
    std::optional<unsigned> before;
    for (std::size_t at = 0; at < numbers_.size();) {
      auto root = root_at(at);
      if (before)
        learn(*before, root);
      search(root, at);
      codes_.put(best_.code, bits_);
      before = best_.code;
      at = best_.end;
      // A dictionary of what is long past is worth less than a new one.
      if (count_ == most_codes) {
        clear();
        before.reset();
      }
    }
    codes_.put(clear_ + 1, bits_);
    codes_.finish();
  }

private:
  /// A code that stands for the numbers up to `end`.
  struct match {
    unsigned code;
    std::size_t end;
    int error; ///< Of all its pixels.
  };

  std::uint8_t other_at(std::size_t at) const {
    return frame_.others.empty() ? numbers_[at] : frame_.others[at];
  }

  /// Returns the number to start a code with: of two that show the same, the
  /// one with the longer code.
  std::uint8_t root_at(std::size_t at) {
    auto other = other_at(at);
    if (other == numbers_[at])
      return other;
    search(numbers_[at], at);
    auto as_it_is = best_.end;
    search(other, at);
    return best_.end > as_it_is ? other : numbers_[at];
  }

  void search(std::uint8_t root, std::size_t at) {
    best_ = {root, at + 1, 0};
    follow(best_, {});
  }

  /// Looks for the longest code that goes on from `from`; of several, for the
  /// closest.
  void follow(match from, rgb_error lost) {
    if (from.end > best_.end
        || (from.end == best_.end && from.error < best_.error))
      best_ = from;
    if (from.end == numbers_.size())
      return;
    auto wanted = numbers_[from.end];
    auto other = other_at(from.end);
    for (auto child = first_[from.code]; child != 0; child = next_[child]) {
      auto taken = suffix_[child];
      if (taken == wanted || taken == other) {
        follow({child, from.end + 1, from.error}, {});
        continue;
      }
      if (distance_.most() == 0)
        continue;
      auto error = distance_.of(taken, wanted, lost);
      if (error <= distance_.most())
        follow({child, from.end + 1, from.error + error},
               distance_.carried(taken, wanted, lost));
    }
  }

  void learn(unsigned code, std::uint8_t number) {
    suffix_[count_] = number;
    next_[count_] = first_[code];
    first_[code] = static_cast<std::uint16_t>(count_);
    first_[count_] = 0;
    // The reader is one entry behind.
    if (count_ == 1u << bits_)
      ++bits_;
    ++count_;
  }

  void clear() {
    codes_.put(clear_, bits_);
    bits_ = root_bits_ + 1;
    count_ = clear_ + 2;
    std::fill_n(first_.begin(), clear_, std::uint16_t{0});
  }

  const gif_frame& frame_;
  const std::vector<std::uint8_t>& numbers_;
  colour_distance distance_;
  unsigned root_bits_;
  unsigned bits_;
  unsigned clear_;
  code_writer codes_;
  unsigned count_ = 0;
  match best_{};
  std::array<std::uint16_t, most_codes> first_{}; ///< Child; 0: none.
  std::array<std::uint16_t, most_codes> next_{};  ///< Sibling; 0: none.
  std::array<std::uint8_t, most_codes> suffix_{};
};

/// Returns how many bits the largest number of `frame` takes.
unsigned bits_for(const gif_frame& frame) {
  unsigned largest = frame.transparent.value_or(0);
  for (auto number : frame.numbers)
    largest = std::max<unsigned>(largest, number);
  for (auto number : frame.others)
    largest = std::max<unsigned>(largest, number);
  unsigned bits = 1;
  while (largest >> bits != 0)
    ++bits;
  return bits;
}

/// Drops colours that no pixel has, keeping the order.
gif_frame packed(const gif_frame& frame) {
  std::array<bool, 256> taken{};
  for (auto number : frame.numbers)
    taken[number] = true;
  for (auto number : frame.others)
    taken[number] = true;
  std::array<std::uint8_t, 256> to{};
  gif_frame out = frame;
  out.palette.clear();
  out.transparent.reset();
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (!taken[i])
      continue;
    to[i] = static_cast<std::uint8_t>(out.palette.size());
    if (frame.transparent == i)
      out.transparent = to[i];
    out.palette.push_back(frame.palette[i]);
  }
  for (auto& number : out.numbers)
    number = to[number];
  for (auto& number : out.others)
    number = to[number];
  return out;
}

bool same_colours(const gif_picture& picture) {
  const auto& first = picture.frames.front().palette;
  return std::all_of(picture.frames.begin(), picture.frames.end(),
                     [&](const gif_frame& x) { return x.palette == first; });
}

void append_palette(const std::vector<gif_colour>& palette, unsigned bits,
                    std::string& out) {
  for (std::size_t i = 0; i < std::size_t{1} << bits; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      out.push_back(i < palette.size() ? static_cast<char>(palette[i][c])
                                       : '\0');
}

/// Returns the code of a frame's pixels. Choosing between two numbers for the
/// longer code pays where little changes, and harms the dictionary elsewhere.
std::string pixels_of(const gif_frame& frame, unsigned loss, unsigned bits) {
  // Codes of one bit are not allowed.
  const auto root_bits = std::max(bits, 2u);
  const auto encoded = [&](const gif_frame& x) {
    std::string out(1, static_cast<char>(root_bits));
    lzw_encoder(x, root_bits, static_cast<int>(loss) * 10, out).write();
    return out;
  };
  auto out = encoded(frame);
  if (frame.others == frame.numbers || frame.others.empty())
    return out;
  auto plain = frame;
  plain.others.clear();
  auto other = encoded(plain);
  return other.size() < out.size() ? other : out;
}

void append_frame(const gif_frame& frame, unsigned loss, bool own_palette,
                  std::string& out) {
  auto bits = bits_for(frame);
  out += "\x21\xf9\x04";
  out.push_back(static_cast<char>(static_cast<unsigned>(frame.disposal) << 2
                                  | (frame.transparent ? 1u : 0u)));
  append_le16(out, frame.delay);
  out.push_back(static_cast<char>(frame.transparent.value_or(0)));
  out += std::string("\0\x2c", 2);
  append_le16(out, frame.left);
  append_le16(out, frame.top);
  append_le16(out, frame.width);
  append_le16(out, frame.height);
  out.push_back(own_palette ? static_cast<char>(0x80 | (bits - 1)) : '\0');
  if (own_palette)
    append_palette(frame.palette, bits, out);
  out += pixels_of(frame, loss, bits);
}

} // namespace

std::string encode_gif_frames(const gif_picture& picture, unsigned loss) {
  std::string out("GIF89a");
  append_le16(out, picture.width);
  append_le16(out, picture.height);
  // A palette of a frame's own is worth its bytes where the others differ.
  const bool shared = picture.frames.size() > 1 && same_colours(picture);
  unsigned bits = 1;
  for (const auto& frame : picture.frames)
    bits = std::max(bits, bits_for(frame));
  out.push_back(
    static_cast<char>(shared ? 0x80 | (bits - 1) << 4 | (bits - 1) : 0x70));
  out += std::string("\0\0", 2);
  if (shared)
    append_palette(picture.frames.front().palette, bits, out);
  if (picture.loops) {
    out += std::string("\x21\xff\x0bNETSCAPE2.0\x03\x01", 16);
    append_le16(out, *picture.loops);
    out.push_back('\0');
  }
  for (const auto& frame : picture.frames)
    append_frame(shared ? frame : packed(frame), loss, !shared, out);
  out.push_back('\x3b');
  return out;
}

} // namespace pixmill::imaging
