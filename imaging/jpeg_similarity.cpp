#include "imaging/jpeg_similarity.hpp"

#include <algorithm>
#include <tuple>

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
  const auto [across, down] = source.largest_sampling();
  constexpr auto windows = tile_side / window_side;
  rows_in_tile_ = std::max(windows / down, 1u);
  for (std::size_t i = 0; i < source.components.size(); ++i) {
    auto& component = source.components[i];
    component_state state;
    for (std::size_t k = 0; k < 64; ++k) {
      // Blocks are scaled so that squares add up to the samples'.
      state.from[k] = component.table[natural_order[k]];
      state.to[k] = tables[i][natural_order[k]];
    }
    std::tie(state.used_columns, state.used_rows) =
      source.used_blocks(component);
    state.tiles = tile_sums(state.used_columns, state.used_rows,
                            std::max(windows * component.across / across, 1u),
                            std::max(windows * component.down / down, 1u));
    state.lines.resize(std::size_t{state.used_rows}
                       * state.tiles.tiles_across());
    components_.push_back(std::move(state));
  }
}

void jpeg_similarity::begin(std::size_t row) {
  for (std::size_t i = 0; i < components_.size(); ++i) {
    auto& state = components_[i];
    std::size_t down = source_.components[i].down;
    auto across = state.tiles.tiles_across();
    auto first = std::min(row * down * across, state.lines.size());
    auto last = std::min(first + down * across, state.lines.size());
    std::fill(state.lines.begin() + static_cast<std::ptrdiff_t>(first),
              state.lines.begin() + static_cast<std::ptrdiff_t>(last),
              std::pair{0.0F, 0u});
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

std::uint32_t* jpeg_similarity::requantize(
  std::size_t row, std::uint32_t column, token_row source,
  const std::vector<requantizing_factors>& factors, std::uint32_t* to) {
  const auto* in = source.begin;
  for (std::size_t i = 0; i < components_.size(); ++i) {
    auto& state = components_[i];
    auto& sampling = source_.components[i];
    for (std::uint32_t y = 0; y < sampling.down; ++y)
      for (std::uint32_t x = 0; x < sampling.across; ++x) {
        const auto before = token_value(*in++);
        const auto after = requantized(before, factors[i][0]);
        *to++ = make_token(after, i, 0);
        block_pair block;
        block.before_dc = static_cast<float>(before) * state.from[0];
        block.after_dc = static_cast<float>(after) * state.to[0];
        to = requantize(in, source.end, factors[i], state, block, to);
        add(i, column * sampling.across + x,
            static_cast<std::uint32_t>(row) * sampling.down + y, block);
      }
  }
  return to;
}

/// Requantizes up to the end of a block. Nothing branches on what is dropped.
std::uint32_t* jpeg_similarity::requantize(const std::uint32_t*& in,
                                           const std::uint32_t* end,
                                           const requantizing_factors& factors,
                                           const component_state& state,
                                           block_pair& block,
                                           std::uint32_t* to) {
  // Sums of its own stay in registers.
  auto energies = 0.0F;
  auto covariance = 0.0F;
  for (; in != end && token_position(*in) != 0; ++in) {
    const auto position = token_position(*in);
    const auto value = token_value(*in);
    const auto token =
      requantized_token(value, factors[position], *in & 0xffffu);
    const auto before = static_cast<float>(value) * state.from[position];
    const auto after =
      static_cast<float>(token_value(token)) * state.to[position];
    energies += before * before + after * after;
    covariance += before * after;
    *to = token;
    to += token >> 16 != 0 ? 1 : 0;
  }
  block.energies = energies;
  block.covariance = covariance;
  return to;
}

bool jpeg_similarity::has_samples(std::size_t row) const noexcept {
  const auto place = row % rows_in_tile_;
  const auto middle = rows_in_tile_ / 2;
  return place == middle || (place < middle && row + 1 == source_.mcus_down);
}

tile_sums jpeg_similarity::tiles_of(const component_state& state) {
  auto tiles = state.tiles;
  auto across = tiles.tiles_across();
  for (std::uint32_t line = 0; line < state.used_rows; ++line)
    for (std::uint32_t tile = 0; tile < across; ++tile) {
      auto& [sum, count] = state.lines[line * across + tile];
      tiles.add_line(tile, line, static_cast<double>(sum), count);
    }
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

similarity likeness_of(const jpeg_tokens& source, const jpeg_tokens& output) {
  std::vector<quant_table> tables;
  for (auto& component : output.components)
    tables.push_back(component.table);
  jpeg_similarity result(source, tables);
  auto before = rows_of(source);
  auto after = rows_of(output);
  for (std::size_t row = 0; row < before.size(); ++row)
    result.add(row, before[row], after[row]);
  return result.result();
}

} // namespace pixmill::imaging
