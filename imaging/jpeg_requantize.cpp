#include "imaging/jpeg_requantize.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace pixmill::imaging {

requantizing_factors divide(const quant_table& from, const quant_table& to) {
  requantizing_factors result{};
  for (std::size_t i = 0; i < 64; ++i) {
    auto at = natural_order[i];
    result[i] = (65536u * from[at] + to[at] / 2) / to[at];
  }
  return result;
}

void requantize(jpeg_tokens& picture, const table_chooser& choose) {
  std::vector<requantizing_factors> factors;
  for (auto& component : picture.components) {
    auto table = choose(component);
    factors.push_back(divide(component.table, table));
    component.table = table;
  }
  token_list kept;
  auto* to = kept.room_for(picture.tokens.size());
  auto* begin = to;
  for (std::size_t row = 0; row + 1 < picture.rows.size(); ++row) {
    auto first =
      std::exchange(picture.rows[row], static_cast<std::size_t>(to - begin));
    for (auto i = first; i < picture.rows[row + 1]; ++i) {
      auto token = picture.tokens.begin()[i];
      auto position = token_position(token);
      auto component = token_component(token);
      auto value =
        requantized(token_value(token), factors[component][position]);
      *to = make_token(value, component, position);
      to += value != 0 || position == 0 ? 1 : 0;
    }
  }
  kept.end_at(to);
  picture.rows.back() = kept.size();
  picture.tokens = std::move(kept);
}

} // namespace pixmill::imaging
