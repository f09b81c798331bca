#include "imaging/gif_codes.hpp"

#include <algorithm>
#include <array>

namespace pixmill::imaging {

namespace {

constexpr unsigned most_codes = 4096;

/// Pixels of a run in which nothing is drawn.
constexpr std::size_t long_run = 24;

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

/// A dictionary as a tree: a code is its parent's and one number more.
class lzw_encoder {
public:
  lzw_encoder(const gif_area& area, unsigned root_bits, gif_start start,
              gif_codes& out)
      : area_(area), held_(&area.held), start_(start), root_bits_(root_bits),
        bits_(root_bits + 1), clear_(1u << root_bits), writer_(out.bytes),
        out_(out) {
    for (auto limit : area.limits)
      strictness_.push_back(limit > 0 ? 1 / limit : 1e9F);
    if (start == gif_start::in_runs)
      draw_short_runs();
  }

  void write() {
    const auto pixels = area_.numbers.size();
    out_.numbers.resize(pixels);
    clear();
    std::optional<unsigned> before;
    for (std::size_t at = 0; at < pixels;) {
      const auto root = choose(at);
      if (before) {
        learn(*before, root);
        // What was just learnt may be what comes.
        if (best_.code == *before)
          search(root, at);
      }
      writer_.put(best_.code, bits_);
      note(root, at);
      before = best_.code;
      at = best_.end;
      // A dictionary of what is long past is worth less than a new one.
      if (count_ == most_codes) {
        clear();
        before.reset();
      }
    }
    writer_.put(clear_ + 1, bits_);
    writer_.finish();
  }

private:
  /// A code that stands for the numbers up to `end`.
  struct match {
    unsigned code;
    std::size_t end;
    float worth; ///< Pixels, less what is lost.
  };

  static constexpr float forbidden = 2;

  void draw_short_runs() {
    drawn_runs_ = area_.held;
    held_ = &drawn_runs_;
    const auto pixels = drawn_runs_.size();
    for (std::size_t begin = 0, end = 0; begin < pixels; begin = end + 1) {
      for (end = begin; end < pixels && may_stay(end);)
        ++end;
      if (end - begin >= long_run)
        continue;
      for (auto i = begin; i < end; ++i)
        if (area_.palette.transparent != area_.numbers[i])
          drawn_runs_[i] = gif_area::never_held;
    }
  }

  bool may_stay(std::size_t at) const {
    return (*held_)[at] <= gif_area::most_held;
  }

  /// Returns the share of the limit by which `taken` is wrong; more than 1: it
  /// may not be taken.
  float loss_of(std::uint8_t taken, std::size_t at) const {
    // However far it is: it is the nearest there is.
    if (taken == area_.numbers[at])
      return 0;
    if (area_.palette.transparent == taken)
      return may_stay(at)
               ? static_cast<float>((*held_)[at]) / gif_area::most_held
               : forbidden;
    const auto wanted = area_.wanted[at];
    if (wanted >> 24 == 0)
      return forbidden;
    const auto& colour = area_.palette.colours[taken];
    return gif_error(colour[0] - static_cast<int>(wanted & 0xff),
                     colour[1] - static_cast<int>(wanted >> 8 & 0xff),
                     colour[2] - static_cast<int>(wanted >> 16 & 0xff))
           * strictness_[area_.tolerance[at]];
  }

  /// Finds the code to go on with and returns its first number.
  std::uint8_t choose(std::size_t at) {
    const auto drawn = area_.numbers[at];
    const auto& nothing = area_.palette.transparent;
    if (!nothing || drawn == *nothing || !may_stay(at)) {
      search(drawn, at);
      return drawn;
    }
    search(*nothing, at);
    if (start_ != gif_start::longest)
      return *nothing;
    const auto without = best_;
    search(drawn, at);
    if (best_.worth > without.worth)
      return drawn;
    best_ = without;
    return *nothing;
  }

  /// Looks for the code worth most that begins with `root`.
  void search(std::uint8_t root, std::size_t at) {
    best_ = {root, at + 1, 1 - loss_of(root, at)};
    open_.assign(1, best_);
    while (!open_.empty()) {
      auto from = open_.back();
      open_.pop_back();
      while (from.end < area_.numbers.size() && step(from)) {}
      if (from.worth > best_.worth)
        best_ = from;
    }
  }

  /// Goes on from a code to the next, if there is one; leaves others for later.
  /// Of equal ones the oldest is best, as it has been gone on from most.
  bool step(match& from) {
    const auto before = from;
    bool went_on = false;
    for (auto child = first_[before.code]; child != 0; child = next_[child]) {
      const auto loss = loss_of(suffix_[child], before.end);
      if (loss > 1)
        continue;
      if (went_on)
        open_.push_back(from);
      from = {child, before.end + 1, before.worth + 1 - loss};
      went_on = true;
    }
    return went_on;
  }

  /// Writes down what the code that was chosen stands for.
  void note(std::uint8_t root, std::size_t at) {
    auto code = best_.code;
    for (auto i = best_.end; --i > at; code = parent_[code])
      out_.numbers[i] = suffix_[code];
    out_.numbers[at] = root;
    out_.lost += static_cast<float>(best_.end - at) - best_.worth;
  }

  void learn(unsigned code, std::uint8_t number) {
    suffix_[count_] = number;
    parent_[count_] = static_cast<std::uint16_t>(code);
    next_[count_] = first_[code];
    first_[code] = static_cast<std::uint16_t>(count_);
    first_[count_] = 0;
    // The reader is one entry behind.
    if (count_ == 1u << bits_)
      ++bits_;
    ++count_;
  }

  void clear() {
    writer_.put(clear_, bits_);
    bits_ = root_bits_ + 1;
    count_ = clear_ + 2;
    std::fill_n(first_.begin(), clear_, std::uint16_t{0});
  }

  const gif_area& area_;
  const std::vector<std::uint8_t>* held_;
  std::vector<std::uint8_t>
    drawn_runs_; ///< What `held_` is without short runs.
  gif_start start_;
  std::vector<float> strictness_; ///< For each limit.
  unsigned root_bits_;
  unsigned bits_;
  unsigned clear_;
  code_writer writer_;
  gif_codes& out_;
  unsigned count_ = 0;
  match best_{};
  std::vector<match> open_; ///< Codes that may be gone on from.
  std::array<std::uint16_t, most_codes> first_{}; ///< Child; 0: none.
  std::array<std::uint16_t, most_codes> next_{};  ///< Sibling; 0: none.
  std::array<std::uint16_t, most_codes> parent_{};
  std::array<std::uint8_t, most_codes> suffix_{};
};

} // namespace

gif_codes code_pixels(const gif_area& area, unsigned bits, gif_start start) {
  gif_codes out;
  // Codes of one bit are not allowed.
  const auto root_bits = std::max(bits, 2u);
  out.bytes.push_back(static_cast<char>(root_bits));
  lzw_encoder(area, root_bits, start, out).write();
  return out;
}

} // namespace pixmill::imaging
