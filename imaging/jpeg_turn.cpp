#include "imaging/jpeg_turn.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <vector>

namespace pixmill::imaging {

namespace {

/// Any orientation: rows and columns swapped, then mirrored.
struct motion {
  bool swap = false;
  bool mirror_across = false;
  bool mirror_down = false;
};

motion motion_of(std::uint8_t orientation) noexcept {
  switch (orientation) {
  case 2:
    return {false, true, false};
  case 3:
    return {false, true, true};
  case 4:
    return {false, false, true};
  case 5:
    return {true, false, false};
  case 6:
    return {true, true, false};
  case 7:
    return {true, true, true};
  case 8:
    return {true, false, true};
  default:
    return {};
  }
}

/// Where each coefficient goes, and whether its sign changes.
struct coefficient_moves {
  std::array<std::uint8_t, 64> to{};
  std::array<bool, 64> negated{};

  explicit coefficient_moves(const motion& how) {
    std::array<std::uint8_t, 64> zigzag{};
    for (std::uint8_t i = 0; i < 64; ++i)
      zigzag[natural_order[i]] = i;
    for (std::size_t i = 0; i < 64; ++i) {
      std::size_t down = natural_order[i] / 8;
      std::size_t across = natural_order[i] % 8;
      if (how.swap)
        std::swap(down, across);
      to[i] = zigzag[down * 8 + across];
      negated[i] = ((how.mirror_across && across % 2 == 1)
                    != (how.mirror_down && down % 2 == 1));
    }
  }
};

/// Where the tokens of each block begin, block rows from top to bottom.
struct block_index {
  std::uint32_t columns = 0;
  std::vector<std::uint32_t> begins;
};

std::vector<block_index> index_of(const jpeg_tokens& picture) {
  std::vector<block_index> result;
  for (auto& component : picture.components) {
    block_index one;
    one.columns = picture.mcus_across * component.across;
    one.begins.resize(std::size_t{one.columns} * picture.mcus_down
                      * component.down);
    result.push_back(std::move(one));
  }
  auto* tokens = picture.tokens.begin();
  auto count = static_cast<std::uint32_t>(picture.tokens.size());
  std::uint32_t at = 0;
  for (std::size_t row = 0; row < picture.mcus_down; ++row)
    for (std::size_t column = 0; column < picture.mcus_across; ++column)
      for (std::size_t i = 0; i < result.size(); ++i) {
        auto& component = picture.components[i];
        for (std::size_t y = 0; y < component.down; ++y)
          for (std::size_t x = 0; x < component.across; ++x) {
            result[i].begins[(row * component.down + y) * result[i].columns
                             + column * component.across + x] = at;
            do
              ++at;
            while (at < count && token_position(tokens[at]) != 0);
          }
      }
  return result;
}

/// Copies one block with its coefficients moved.
void move_block(const jpeg_tokens& from, std::uint32_t at,
                std::size_t component, const coefficient_moves& moves,
                std::uint32_t*& to) {
  auto* token = from.tokens.begin() + at;
  *to++ = *token++;
  std::array<int, 64> values;
  std::uint64_t present = 0;
  for (; token != from.tokens.end() && token_position(*token) != 0; ++token) {
    auto position = token_position(*token);
    auto value = token_value(*token);
    auto target = moves.to[position];
    values[target] = moves.negated[position] ? -value : value;
    present |= std::uint64_t{1} << target;
  }
  for (; present != 0; present &= present - 1) {
    auto position = static_cast<std::uint32_t>(std::countr_zero(present));
    *to++ = make_token(values[position], component, position);
  }
}

jpeg_tokens turned_frame(const jpeg_tokens& picture, const motion& how) {
  jpeg_tokens result;
  result.width = picture.width;
  result.height = picture.height;
  result.components = picture.components;
  result.colour_segments = picture.colour_segments;
  if (how.swap) {
    std::swap(result.width, result.height);
    for (auto& component : result.components) {
      std::swap(component.across, component.down);
      auto& table = component.table;
      for (std::size_t y = 0; y < 8; ++y)
        for (std::size_t x = 0; x < y; ++x)
          std::swap(table[y * 8 + x], table[x * 8 + y]);
    }
  }
  result.count_mcus();
  return result;
}

/// Returns whether units of these sides are cut by an edge that moves to the
/// opposite one.
bool cuts(std::uint32_t width, std::uint32_t unit_width, std::uint32_t height,
          std::uint32_t unit_height, std::uint8_t orientation) noexcept {
  auto how = motion_of(orientation);
  // Before rows and columns are swapped.
  if (how.swap)
    std::swap(how.mirror_across, how.mirror_down);
  return (how.mirror_across && width % unit_width != 0)
         || (how.mirror_down && height % unit_height != 0);
}

} // namespace

bool can_turn(const jpeg_tokens& picture, std::uint8_t orientation) noexcept {
  std::uint32_t across = 1;
  std::uint32_t down = 1;
  for (auto& component : picture.components) {
    across = std::max<std::uint32_t>(across, component.across);
    down = std::max<std::uint32_t>(down, component.down);
  }
  return !cuts(picture.width, 8 * across, picture.height, 8 * down,
               orientation);
}

jpeg_tokens turned(const jpeg_tokens& picture, std::uint8_t orientation) {
  const auto how = motion_of(orientation);
  const coefficient_moves moves(how);
  const auto index = index_of(picture);
  auto result = turned_frame(picture, how);
  auto* to = result.tokens.room_for(picture.tokens.size());
  auto* begin = to;
  for (std::size_t row = 0; row < result.mcus_down; ++row) {
    result.rows.push_back(static_cast<std::size_t>(to - begin));
    for (std::size_t column = 0; column < result.mcus_across; ++column)
      for (std::size_t i = 0; i < result.components.size(); ++i) {
        auto& component = result.components[i];
        for (std::size_t b = 0;
             b < std::size_t{component.across} * component.down; ++b) {
          auto x = column * component.across + b % component.across;
          auto y = row * component.down + b / component.across;
          if (how.mirror_across)
            x = result.mcus_across * component.across - 1 - x;
          if (how.mirror_down)
            y = result.mcus_down * component.down - 1 - y;
          if (how.swap)
            std::swap(x, y);
          move_block(picture, index[i].begins[y * index[i].columns + x], i,
                     moves, to);
        }
      }
  }
  result.rows.push_back(static_cast<std::size_t>(to - begin));
  result.tokens.end_at(to);
  return result;
}

} // namespace pixmill::imaging
