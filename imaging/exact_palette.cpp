#include "imaging/exact_palette.hpp"

#include <array>
#include <cstring>

namespace pixmill::imaging {

namespace {

constexpr std::size_t most_colours = 256;

/// Numbers colours in the order in which they come: few of them in a table with
/// room for four times as many.
class colour_index {
public:
  /// Returns the colour's number; `most_colours` when there is none left.
  std::size_t number_of(std::uint32_t colour) {
    std::size_t slot = (colour * 2'654'435'769u) >> 22;
    for (; numbers_[slot] != 0; slot = (slot + 1) % numbers_.size())
      if (colours_[slot] == colour)
        return numbers_[slot] - 1u;
    if (count_ == most_colours)
      return most_colours;
    colours_[slot] = colour;
    numbers_[slot] = static_cast<std::uint16_t>(++count_);
    return count_ - 1;
  }

private:
  std::array<std::uint32_t, 1024> colours_{};
  std::array<std::uint16_t, 1024> numbers_{}; ///< Plus 1; 0: free.
  std::size_t count_ = 0;
};

} // namespace

std::optional<indexed_picture> exact_palette(const pixel_buffer& pixels) {
  indexed_picture result{pixels.width, pixels.height, {}, {}};
  auto count = std::size_t{pixels.width} * pixels.height;
  result.indexes.resize(count);
  colour_index known;
  std::uint32_t last = 0;
  std::size_t number = most_colours;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t colour;
    std::memcpy(&colour, pixels.samples.data() + i * 4, sizeof(colour));
    if (colour != last || number == most_colours) {
      number = known.number_of(colour);
      if (number == most_colours)
        return std::nullopt;
      last = colour;
      if (number * 4 == result.palette.size())
        result.palette.insert(result.palette.end(),
                              pixels.samples.data() + i * 4,
                              pixels.samples.data() + i * 4 + 4);
    }
    result.indexes[i] = static_cast<std::uint8_t>(number);
  }
  return result;
}

} // namespace pixmill::imaging
