#include "imaging/gif_part.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "imaging/gif_tolerance.hpp"

namespace pixmill::imaging {

namespace {

constexpr std::size_t most_colours = 256;

/// At the edge of a part, less than this is left as it is.
constexpr std::uint8_t least_drawn = gif_area::most_held / 4;

packed_colour packed(const gif_colour& colour) {
  return colour[0] | packed_colour{colour[1]} << 8
         | packed_colour{colour[2]} << 16 | packed_colour{255} << 24;
}

bool is_seen(packed_colour colour) {
  return colour >> 24 != 0;
}

float difference(packed_colour x, packed_colour y) {
  const auto channel = [&](unsigned shift) {
    return static_cast<int>(x >> shift & 0xff)
           - static_cast<int>(y >> shift & 0xff);
  };
  return gif_error(channel(0), channel(8), channel(16));
}

using colour_counts = std::map<gif_colour, std::size_t>;

/// Returns the colours that were counted, the most frequent first, as small
/// numbers have short codes; before them one for nothing if that is wanted.
gif_palette palette_of(const colour_counts& counts, bool with_nothing) {
  std::vector<std::pair<std::size_t, gif_colour>> order;
  for (const auto& [colour, count] : counts)
    order.emplace_back(count, colour);
  std::sort(order.rbegin(), order.rend());
  gif_palette out;
  if (with_nothing || order.empty()) {
    out.transparent = 0;
    out.colours.emplace_back();
  }
  for (const auto& [count, colour] : order)
    out.colours.push_back(colour);
  return out;
}

void count_colours(const gif_frame& frame, colour_counts& counts) {
  std::array<std::size_t, most_colours> used{};
  for (auto number : frame.numbers)
    ++used[number];
  for (std::size_t i = 0; i < used.size(); ++i)
    if (used[i] != 0 && frame.transparent != i)
      counts[frame.palette[i]] += used[i];
}

/// The smallest rectangle that holds all that is seen.
struct rectangle {
  std::uint32_t left;
  std::uint32_t top;
  std::uint32_t right = 0;
  std::uint32_t bottom = 0;

  void take_in(std::uint32_t x, std::uint32_t y) {
    left = std::min(left, x);
    top = std::min(top, y);
    right = std::max(right, x + 1);
    bottom = std::max(bottom, y + 1);
  }
};

template <class T>
void cut(std::vector<T>& rows, std::uint32_t width, const rectangle& to) {
  auto out = rows.begin();
  for (auto y = to.top; y < to.bottom; ++y) {
    const auto row =
      rows.begin() + static_cast<std::ptrdiff_t>(std::size_t{y} * width);
    out = std::copy(row + to.left, row + to.right, out);
  }
  rows.erase(out, rows.end());
}

class part_maker {
public:
  explicit part_maker(const gif_drawing& drawing)
      : drawing_(drawing), frame_(drawing.frame),
        tolerance_(drawing.wanted, drawing.loss) {}

  gif_part make(const std::optional<gif_palette>& shared) {
    part_.left = frame_.left;
    part_.top = frame_.top;
    part_.width = frame_.width;
    part_.height = frame_.height;
    area_.limits = tolerance_.limits();
    measure();
    // The first frame is what there is when the others are not played.
    if (drawing_.below != nullptr)
      crop();
    area_.palette = shared ? *shared : own_palette();
    number();
    part_.area = std::move(area_);
    return std::move(part_);
  }

private:
  /// Notes what each pixel should be, and what is wrong there if nothing is
  /// drawn.
  void measure() {
    const auto pixels = frame_.numbers.size();
    own_.resize(pixels);
    area_.wanted.resize(pixels);
    area_.held.resize(pixels);
    area_.tolerance.resize(pixels);
    std::size_t i = 0;
    for (std::uint32_t y = frame_.top; y < frame_.top + frame_.height; ++y) {
      const auto* wanted =
        drawing_.wanted.row(y) + std::size_t{frame_.left} * 4;
      for (std::uint32_t x = frame_.left; x < frame_.left + frame_.width;
           ++x, ++i, wanted += 4) {
        area_.tolerance[i] = tolerance_.at(x, y);
        // Where nothing is wanted, drawing nothing is right.
        if (wanted[3] < least_seen_alpha)
          continue;
        const auto colour = colour_at(wanted) | packed_colour{255} << 24;
        const bool repeats = frame_.transparent == frame_.numbers[i];
        own_[i] = repeats ? colour : packed(frame_.palette[frame_.numbers[i]]);
        area_.wanted[i] = drawing_.loss == 0 ? own_[i] : colour;
        if (!repeats)
          area_.held[i] = held(x, y, i);
      }
    }
  }

  std::uint8_t held(std::uint32_t x, std::uint32_t y, std::size_t i) const {
    if (drawing_.below == nullptr)
      return gif_area::never_held;
    const auto under = colour_at(drawing_.below->row(y)[x].data());
    if (!is_seen(under))
      return gif_area::never_held;
    if (under == own_[i])
      return 0;
    const auto limit = area_.limits[area_.tolerance[i]];
    const auto error = difference(under, area_.wanted[i]);
    return error > limit
             ? gif_area::never_held
             : static_cast<std::uint8_t>(error / limit * gif_area::most_held);
  }

  void crop() {
    // Clearing less than what is seen would leave something behind.
    const bool clears = drawing_.disposal == gif_disposal::background;
    rectangle drawn{part_.width, part_.height};
    std::size_t i = 0;
    for (std::uint32_t y = 0; y < part_.height; ++y)
      for (std::uint32_t x = 0; x < part_.width; ++x, ++i)
        if (area_.held[i] > least_drawn || (clears && is_seen(area_.wanted[i])))
          drawn.take_in(x, y);
    // A frame has to have a pixel.
    if (drawn.right == 0)
      drawn = {0, 0, 1, 1};
    cut(own_, part_.width, drawn);
    cut(area_.wanted, part_.width, drawn);
    cut(area_.held, part_.width, drawn);
    cut(area_.tolerance, part_.width, drawn);
    part_.left += drawn.left;
    part_.top += drawn.top;
    part_.width = drawn.right - drawn.left;
    part_.height = drawn.bottom - drawn.top;
  }

  /// Returns the colours that have to be drawn; if they leave no room for a
  /// number that shows nothing, all that the frame has.
  gif_palette own_palette() const {
    colour_counts counts;
    auto last = packed_colour{0};
    std::size_t* count = nullptr;
    for (std::size_t i = 0; i < own_.size(); ++i) {
      if (!is_seen(own_[i]) || area_.held[i] <= gif_area::most_held)
        continue;
      if (count == nullptr || own_[i] != last) {
        last = own_[i];
        count = &counts[{static_cast<std::uint8_t>(last & 0xff),
                         static_cast<std::uint8_t>(last >> 8 & 0xff),
                         static_cast<std::uint8_t>(last >> 16 & 0xff)}];
      }
      ++*count;
    }
    const bool some_held =
      std::any_of(area_.held.begin(), area_.held.end(),
                  [](auto held) { return held <= gif_area::most_held; });
    if (counts.size() < most_colours)
      return palette_of(counts, some_held);
    count_colours(frame_, counts);
    return palette_of(counts, false);
  }

  /// Gives each pixel the number of its colour, or of nothing if that has none.
  void number() {
    const auto& palette = area_.palette;
    std::unordered_map<packed_colour, std::uint8_t> numbers;
    for (std::size_t i = 0; i < palette.colours.size(); ++i)
      if (palette.transparent != i)
        numbers.emplace(packed(palette.colours[i]),
                        static_cast<std::uint8_t>(i));
    const auto nothing = palette.transparent.value_or(0);
    numbers[0] = nothing;
    area_.numbers.resize(own_.size());
    auto last = packed_colour{0};
    auto number = nothing;
    for (std::size_t i = 0; i < own_.size(); ++i) {
      if (own_[i] != last) {
        last = own_[i];
        const auto found = numbers.find(last);
        number = found == numbers.end() ? nothing : found->second;
      }
      area_.numbers[i] = number;
    }
    // Without a number for nothing, all has to be drawn.
    if (!palette.transparent)
      std::fill(area_.held.begin(), area_.held.end(), gif_area::never_held);
  }

  const gif_drawing& drawing_;
  const gif_frame& frame_;
  gif_tolerance tolerance_;
  std::vector<packed_colour> own_; ///< What the frame has; alpha 0: nothing.
  gif_area area_;
  gif_part part_;
};

} // namespace

gif_part part_to_draw(const gif_drawing& drawing,
                      const std::optional<gif_palette>& shared) {
  return part_maker(drawing).make(shared);
}

std::optional<gif_palette> shared_palette(const gif_picture& picture) {
  colour_counts counts;
  bool with_nothing = picture.frames.size() > 1;
  for (const auto& frame : picture.frames) {
    count_colours(frame, counts);
    with_nothing =
      with_nothing
      || std::any_of(frame.numbers.begin(), frame.numbers.end(),
                     [&](auto number) { return frame.transparent == number; });
    if (counts.size() + (with_nothing ? 1 : 0) > most_colours)
      return std::nullopt;
  }
  return palette_of(counts, with_nothing);
}

} // namespace pixmill::imaging
