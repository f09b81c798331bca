#include "imaging/jpeg_similarity.hpp"

#include <algorithm>

namespace pixmill::imaging {

namespace {

/// What stands for brightness: green and magenta where no component is luma.
std::size_t luma_of(const jpeg_tokens& picture) {
  auto& all = picture.components;
  return all.size() >= 3 && !all[1].chroma ? 1 : 0;
}

} // namespace

jpeg_similarity::jpeg_similarity(const jpeg_tokens& source,
                                 const std::vector<quant_table>& tables)
    : source_(source) {
  std::uint32_t across = 1;
  std::uint32_t down = 1;
  for (auto& component : source.components) {
    across = std::max<std::uint32_t>(across, component.across);
    down = std::max<std::uint32_t>(down, component.down);
  }
  auto used = [](std::uint32_t size, std::uint32_t factor, std::uint32_t most) {
    return (size * factor + 8 * most - 1) / (8 * most);
  };
  constexpr auto windows = tile_side / window_side;
  for (std::size_t i = 0; i < source.components.size(); ++i) {
    auto& component = source.components[i];
    component_state state;
    for (std::size_t k = 0; k < 64; ++k) {
      // Blocks are scaled so that squares add up to the samples'.
      state.from[k] = component.table[natural_order[k]];
      state.to[k] = tables[i][natural_order[k]];
    }
    state.used_columns = used(source.width, component.across, across);
    state.used_rows = used(source.height, component.down, down);
    state.tiles = tile_sums(state.used_columns, state.used_rows,
                            std::max(windows * component.across / across, 1u),
                            std::max(windows * component.down / down, 1u));
    state.windows.resize(state.tiles.tiles_across());
    for (std::uint32_t column = 0; column < state.used_columns; ++column)
      ++state.windows[state.tiles.tile_of_column(column)];
    state.sums.resize(std::size_t{state.used_rows}
                      * state.tiles.tiles_across());
    components_.push_back(std::move(state));
  }
}

void jpeg_similarity::begin(std::size_t row) {
  for (std::size_t i = 0; i < components_.size(); ++i) {
    auto& state = components_[i];
    std::size_t down = source_.components[i].down;
    auto across = state.tiles.tiles_across();
    auto first = std::min(row * down * across, state.sums.size());
    auto last = std::min(first + down * across, state.sums.size());
    std::fill(state.sums.begin() + static_cast<std::ptrdiff_t>(first),
              state.sums.begin() + static_cast<std::ptrdiff_t>(last), 0.0F);
  }
}

void jpeg_similarity::add(std::size_t row, token_row source, token_row output) {
  begin(row);
  auto* in = source.begin;
  auto* out = output.begin;
  for (std::uint32_t mcu = 0; mcu < source_.mcus_across; ++mcu)
    for (std::size_t i = 0; i < components_.size(); ++i) {
      auto& state = components_[i];
      auto& component = source_.components[i];
      for (std::uint32_t y = 0; y < component.down; ++y)
        for (std::uint32_t x = 0; x < component.across; ++x) {
          block_pair block;
          block.before_dc =
            static_cast<float>(token_value(*in++)) * state.from[0];
          block.after_dc =
            static_cast<float>(token_value(*out++)) * state.to[0];
          for (; in != source.end && token_position(*in) != 0; ++in) {
            auto position = token_position(*in);
            // What the output has, the source has.
            bool same = out != output.end && token_position(*out) == position;
            auto before =
              static_cast<float>(token_value(*in)) * state.from[position];
            auto after =
              same ? static_cast<float>(token_value(*out)) * state.to[position]
                   : 0.0F;
            out += same ? 1 : 0;
            block.energies += before * before + after * after;
            block.covariance += before * after;
          }
          add(i, mcu * component.across + x,
              static_cast<std::uint32_t>(row) * component.down + y, block);
        }
    }
}

tile_sums jpeg_similarity::tiles_of(const component_state& state) {
  auto tiles = state.tiles;
  auto across = tiles.tiles_across();
  for (std::uint32_t line = 0; line < state.used_rows; ++line)
    for (std::uint32_t tile = 0; tile < across; ++tile)
      tiles.add_line(tile, line,
                     static_cast<double>(state.sums[line * across + tile]),
                     state.windows[tile]);
  return tiles;
}

similarity jpeg_similarity::result() const {
  similarity answer;
  std::vector<tile_sums> tiles;
  for (auto& state : components_)
    tiles.push_back(tiles_of(state));
  auto luma = luma_of(source_);
  answer.luma_ppm = tiles[luma].mean_ppm();
  answer.luma_worst_ppm = tiles[luma].worst_ppm();
  if (tiles.size() < 3)
    return answer;
  std::uint32_t sum = 0;
  answer.chroma_worst_ppm = 1'000'000;
  for (std::size_t i = 0; i < 3; ++i) {
    if (i == luma)
      continue;
    sum += tiles[i].mean_ppm();
    answer.chroma_worst_ppm =
      std::min(answer.chroma_worst_ppm, tiles[i].worst_ppm());
  }
  answer.chroma_ppm = sum / 2;
  return answer;
}

} // namespace pixmill::imaging
