#include <algorithm>
#include <array>
#include <utility>

#include "imaging/gif_frames.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

constexpr std::uint8_t extension_mark = 0x21, image_mark = 0x2c,
                       trailer_mark = 0x3b, graphic_control = 0xf9,
                       application = 0xff;

constexpr unsigned most_codes = 4096;

/// A frame may reach out of the picture, but not by much more than it is.
constexpr std::uint64_t most_overhang = 4;

caf::error damaged(const char* what) {
  return make_error(errc::decode, std::string{"GIF: "} + what);
}

/// Takes codes of a growing number of bits from a chain of sub-blocks.
class code_reader {
public:
  code_reader(byte_view source, std::size_t at) : source_(source), at_(at) {}

  /// Returns the next code; none: the chain has ended.
  std::optional<unsigned> next(unsigned bits) {
    while (held_ < bits) {
      if (left_ == 0 && !open_block())
        return std::nullopt;
      word_ |= std::uint32_t{source_[at_++]} << held_;
      held_ += 8;
      --left_;
    }
    auto code = word_ & ((1u << bits) - 1);
    word_ >>= bits;
    held_ -= bits;
    return code;
  }

  /// Returns where the chain ends.
  std::size_t skip_rest() {
    while (!ended_) {
      at_ += left_;
      left_ = 0;
      if (!open_block())
        break;
    }
    return at_;
  }

private:
  bool open_block() {
    if (ended_ || at_ >= source_.size())
      return false;
    left_ = source_[at_++];
    ended_ = left_ == 0;
    if (left_ > source_.size() - at_) {
      at_ = source_.size();
      left_ = 0;
      ended_ = true;
    }
    return !ended_;
  }

  byte_view source_;
  std::size_t at_;
  std::size_t left_ = 0; ///< Of the sub-block.
  bool ended_ = false;
  std::uint32_t word_ = 0;
  unsigned held_ = 0; ///< Bits of `word_`.
};

/// Lempel, Ziv and Welch's dictionary as GIF has it.
class lzw_decoder {
public:
  lzw_decoder(code_reader& codes, unsigned root_bits)
      : codes_(codes), root_bits_(root_bits), clear_(1u << root_bits) {
    for (unsigned i = 0; i < clear_; ++i)
      suffix_[i] = static_cast<std::uint8_t>(i);
    reset();
  }

  /// Appends the next numbers to `out`.
  /// @returns Whether there were any.
  bool append_next(std::vector<std::uint8_t>& out) {
    for (;;) {
      auto code = codes_.next(bits_);
      if (!code || *code == clear_ + 1)
        return false;
      if (*code == clear_) {
        reset();
        continue;
      }
      if (*code > next_ || (*code == next_ && before_ == none)
          || (*code > clear_ && before_ == none))
        return false; // No dictionary can have it.
      append(*code, out);
      return true;
    }
  }

private:
  static constexpr unsigned none = most_codes;

  void reset() {
    bits_ = root_bits_ + 1;
    next_ = clear_ + 2;
    before_ = none;
  }

  void append(unsigned code, std::vector<std::uint8_t>& out) {
    auto begin = out.size();
    // Its own first number ends the entry that is being made.
    auto known = code == next_ ? before_ : code;
    for (auto at = known;; at = prefix_[at]) {
      out.push_back(suffix_[at]);
      if (at < clear_)
        break;
    }
    std::reverse(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end());
    auto first = out[begin];
    if (code == next_)
      out.push_back(first);
    if (before_ != none && next_ < most_codes) {
      prefix_[next_] = static_cast<std::uint16_t>(before_);
      suffix_[next_] = first;
      ++next_;
      if (next_ == 1u << bits_ && bits_ < 12)
        ++bits_;
    }
    before_ = code;
  }

  code_reader& codes_;
  unsigned root_bits_;
  unsigned clear_;
  unsigned bits_ = 0;
  unsigned next_ = 0;
  unsigned before_ = none;
  std::array<std::uint16_t, most_codes> prefix_{};
  std::array<std::uint8_t, most_codes> suffix_{};
};

/// Rows of an interlaced frame in the order in which they come.
std::vector<std::uint32_t> row_order(std::uint32_t height, bool interlaced) {
  std::vector<std::uint32_t> rows;
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 4> passes{
    {{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
  if (interlaced)
    for (auto [start, step] : passes)
      for (auto y = start; y < height; y += step)
        rows.push_back(y);
  else
    for (std::uint32_t y = 0; y < height; ++y)
      rows.push_back(y);
  return rows;
}

class gif_parser {
public:
  explicit gif_parser(byte_view source) : source_(source) {}

  caf::expected<gif_picture> parse() {
    if (source_.size() < 13)
      return damaged("no screen");
    result_.width = le16(source_, 6);
    result_.height = le16(source_, 8);
    at_ = 13;
    if ((source_[10] & 0x80) != 0 && !read_palette(source_[10], palette_))
      return damaged("no palette");
    while (at_ < source_.size() && source_[at_] != trailer_mark) {
      auto mark = source_[at_++];
      caf::error reason;
      if (mark == extension_mark)
        read_extension();
      else if (mark == image_mark)
        reason = read_image();
      else
        return damaged("an unknown block");
      if (reason)
        return reason;
    }
    if (result_.frames.empty())
      return damaged("no frame");
    return std::move(result_);
  }

private:
  bool read_palette(std::uint8_t packed, std::vector<gif_colour>& into) {
    auto count = std::size_t{2} << (packed & 7);
    if (count * 3 > source_.size() - at_)
      return false;
    into.resize(count);
    for (auto& colour : into) {
      std::copy_n(source_.begin() + static_cast<std::ptrdiff_t>(at_), 3,
                  colour.begin());
      at_ += 3;
    }
    return true;
  }

  void read_extension() {
    auto label = at_ < source_.size() ? source_[at_++] : std::uint8_t{0};
    if (label == graphic_control && at_ + 5 <= source_.size()
        && source_[at_] >= 4) {
      auto packed = source_[at_ + 1];
      next_.disposal = static_cast<gif_disposal>(std::min(packed >> 2 & 7, 3));
      next_.delay = le16(source_, at_ + 2);
      next_.transparent.reset();
      if ((packed & 1) != 0)
        next_.transparent = source_[at_ + 4];
    } else if (label == application && has_at(source_, at_ + 1, "NETSCAPE2.0")
               && at_ + 16 <= source_.size() && source_[at_ + 13] == 1) {
      result_.loops = le16(source_, at_ + 14);
    }
    at_ = code_reader(source_, at_).skip_rest();
  }

  caf::error read_image() {
    if (source_.size() - at_ < 10)
      return damaged("a frame without a head");
    gif_frame frame = std::exchange(next_, {});
    frame.left = le16(source_, at_);
    frame.top = le16(source_, at_ + 2);
    frame.width = le16(source_, at_ + 4);
    frame.height = le16(source_, at_ + 6);
    auto packed = source_[at_ + 8];
    at_ += 9;
    frame.palette = palette_;
    if ((packed & 0x80) != 0 && !read_palette(packed, frame.palette))
      return damaged("no palette");
    if (frame.palette.empty())
      return damaged("no palette");
    auto screen = std::uint64_t{result_.width} * result_.height;
    if (std::uint64_t{frame.width} * frame.height > most_overhang * screen)
      return damaged("a frame much larger than the picture");
    if (auto reason = read_numbers(frame, (packed & 0x40) != 0))
      return reason;
    if (frame.width != 0 && frame.height != 0)
      result_.frames.push_back(std::move(frame));
    return {};
  }

  caf::error read_numbers(gif_frame& frame, bool interlaced) {
    auto root_bits = at_ < source_.size() ? source_[at_++] : std::uint8_t{0};
    if (root_bits < 1 || root_bits > 8)
      return damaged("an impossible code size");
    code_reader codes(source_, at_);
    lzw_decoder decoder(codes, root_bits);
    auto wanted = std::size_t{frame.width} * frame.height;
    std::vector<std::uint8_t> numbers;
    // The last code may say more than there is room for.
    numbers.reserve(wanted + most_codes);
    while (numbers.size() < wanted)
      if (!decoder.append_next(numbers))
        return damaged("pixels are missing");
    at_ = codes.skip_rest();
    // Numbers without a colour are black in some readers, nothing in others.
    frame.palette.resize(256);
    store(frame, numbers, interlaced);
    return {};
  }

  /// Puts rows in order and cuts off what lies outside.
  void store(gif_frame& frame, const std::vector<std::uint8_t>& numbers,
             bool interlaced) const {
    auto rows = row_order(frame.height, interlaced);
    auto columns = frame.width;
    frame.width = frame.left >= result_.width
                    ? 0
                    : std::min(frame.width, result_.width - frame.left);
    frame.height = frame.top >= result_.height
                     ? 0
                     : std::min(frame.height, result_.height - frame.top);
    frame.numbers.resize(std::size_t{frame.width} * frame.height);
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i] < frame.height)
        std::copy_n(
          numbers.begin() + static_cast<std::ptrdiff_t>(i * columns),
          frame.width,
          frame.numbers.begin()
            + static_cast<std::ptrdiff_t>(std::size_t{rows[i]} * frame.width));
  }

  byte_view source_;
  std::size_t at_ = 0;
  std::vector<gif_colour> palette_; ///< Of frames that have none.
  gif_frame next_;                  ///< What is known of the frame to come.
  gif_picture result_;
};

} // namespace

caf::expected<gif_picture> decode_gif_frames(byte_view source) {
  return gif_parser(source).parse();
}

} // namespace pixmill::imaging
