#include "imaging/compression.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "imaging/strip_metadata.hpp"

namespace pixmill::imaging {

namespace {

constexpr double million = 1e6;

std::uint32_t scaled(std::uint32_t side, double factor) {
  return std::max(1u, static_cast<std::uint32_t>(
                        std::lround(static_cast<double>(side) * factor)));
}

extent target_of(extent size, const compress_goal& goal) {
  double factor = 1;
  if (goal.target == target_kind::scale)
    factor = std::min(1.0, static_cast<double>(goal.value) / million);
  auto longest = std::max(size.width, size.height);
  if (goal.max_edge != 0 && longest * factor > goal.max_edge)
    factor = static_cast<double>(goal.max_edge) / longest;
  return factor < 1
           ? extent{scaled(size.width, factor), scaled(size.height, factor)}
           : size;
}

rate_request request_for(const compression& what, int highest) {
  rate_request request;
  request.budget = what.budget();
  request.source_bytes = what.kept_bytes();
  request.highest = highest;
  request.floor_ppm = what.goal.floor_ssim_ppm;
  return request;
}

bool asks_for_another_format(const compression& what) {
  switch (what.goal.format) {
  case format_choice::jpeg:
    return what.header.format != image_format::jpeg;
  case format_choice::png:
    return what.header.format != image_format::png;
  case format_choice::webp:
    return what.header.format != image_format::webp;
  case format_choice::avif:
    return what.header.format != image_format::avif;
  default:
    return false;
  }
}

} // namespace

compression::compression(byte_view bytes, const picture_header& head,
                         const compress_goal& aim, compress_effort how)
    : source(bytes), header(head), goal(aim), effort(how),
      stripped_bytes(strip_metadata(bytes, head).size()) {
  target = target_of(upright_size(), goal);
}

extent compression::upright_size() const noexcept {
  return header.sideways() ? extent{header.height, header.width}
                           : extent{header.width, header.height};
}

bool compression::reshapes() const noexcept {
  return header.orientation != 1 || target != upright_size();
}

std::size_t compression::kept_bytes() const noexcept {
  return stripped_bytes == 0 ? source.size() : stripped_bytes;
}

bool compression::has_budget() const noexcept {
  return goal.target == target_kind::ratio || goal.target == target_kind::bytes;
}

std::size_t compression::budget() const noexcept {
  auto never_larger = source.size() - 1;
  if (goal.target == target_kind::bytes)
    return std::min<std::size_t>(goal.value, never_larger);
  if (goal.target == target_kind::ratio)
    // Sources are far below 2^44 bytes, so the product fits.
    return std::min<std::size_t>(source.size() * goal.value / 1'000'000,
                                 never_larger);
  return never_larger;
}

caf::expected<rate_result> reach_goal(const compression& what,
                                      quality_encoder& encoder, int highest) {
  auto request = request_for(what, highest);
  if (what.has_budget())
    return fit_budget(encoder, request);
  auto quality = what.goal.target == target_kind::quality
                   ? static_cast<int>(what.goal.value)
                   : scaled_quality;
  auto found = encode_at(encoder, std::clamp(quality, 1, highest), request);
  // A smaller picture is what was asked for, so it has to be smaller in bytes.
  if (found && what.goal.target == target_kind::scale
      && found->bytes.size() > request.budget)
    return fit_budget(encoder, request);
  return found;
}

caf::expected<rate_result> reach_goal_by_levels(const compression& what,
                                                quality_encoder& encoder,
                                                std::span<const int> levels) {
  return fit_levels(encoder, levels, request_for(what, 100));
}

compressed_image settle(const compression& what, image_format format,
                        rate_result found) {
  bool wins = !found.bytes.empty()
              && (found.bytes.size() < what.kept_bytes()
                  // Turned pixels are worth what an orientation tag saves.
                  || (what.header.orientation != 1
                      && found.bytes.size() < what.source.size()));
  if (!wins)
    return keep(what);
  compressed_image answer;
  answer.bytes = std::move(found.bytes);
  answer.format = format;
  answer.width = what.target.width;
  answer.height = what.target.height;
  if (found.on_side)
    std::swap(answer.width, answer.height);
  answer.quality = static_cast<std::uint16_t>(found.quality);
  answer.likeness = found.likeness;
  answer.target_missed = found.missed;
  return answer;
}

compressed_image keep(const compression& what) {
  compressed_image answer;
  answer.bytes = strip_metadata(what.source, what.header);
  answer.format = what.header.format;
  answer.width = what.header.width;
  answer.height = what.header.height;
  answer.kept_original = true;
  answer.target_missed =
    (what.has_budget() && what.kept_bytes() > what.budget())
    || what.target != what.upright_size() || asks_for_another_format(what);
  if (what.goal.target == target_kind::bytes
      && what.kept_bytes() <= what.goal.value)
    answer.target_missed =
      what.target != what.upright_size() || asks_for_another_format(what);
  return answer;
}

} // namespace pixmill::imaging
