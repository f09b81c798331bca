#include "imaging/palette_choice.hpp"

#include <algorithm>
#include <memory>

#include <libimagequant.h>

#include "imaging/nearest_colour.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

/// Of libimagequant, 1 to 10; 8 and 10 were measured to give the same bytes
/// at a fifth of the time of 3.
constexpr int quantizer_speed = 8;

/// Rows are left out of what has more pixels than this.
constexpr std::size_t enough_pixels = 4'000'000;

/// Upper bits of a channel by which opaque and translucent colours are one.
constexpr unsigned opaque_bits = 6;
constexpr unsigned translucent_bits = 5;
constexpr std::size_t opaque_bins = std::size_t{1} << (3 * opaque_bits);
constexpr std::size_t translucent_bins = std::size_t{1}
                                         << (4 * translucent_bits);

struct liq_deleter {
  void operator()(liq_attr* attributes) const noexcept {
    liq_attr_destroy(attributes);
  }
  void operator()(liq_histogram* histogram) const noexcept {
    liq_histogram_destroy(histogram);
  }
  void operator()(liq_result* result) const noexcept {
    liq_result_destroy(result);
  }
};

template <class T>
using liq_pointer = std::unique_ptr<T, liq_deleter>;

template <unsigned Bits>
std::size_t upper_bits(packed_colour colour, unsigned channels) {
  std::size_t key = 0;
  for (unsigned i = 0; i < channels; ++i)
    key = key << Bits | (colour >> (8 * i + 8 - Bits) & ((1U << Bits) - 1));
  return key;
}

/// libimagequant reserves for the square of the number that it is given first,
/// which is more address space than a codec process has.
constexpr std::size_t most_given = 512;

bool give(liq_histogram* histogram, const liq_attr* attributes,
          std::vector<liq_histogram_entry>& entries) {
  for (std::size_t at = 0; at < entries.size(); at += most_given) {
    const auto count = std::min(entries.size() - at, most_given);
    if (liq_histogram_add_colors(histogram, attributes, entries.data() + at,
                                 static_cast<int>(count), 0)
        != LIQ_OK)
      return false;
  }
  return true;
}

/// The sums of those that are one.
struct colour_sums {
  std::array<std::uint32_t, 4> channels{};
  std::uint32_t count = 0;

  void add(packed_colour colour, std::uint32_t times) noexcept {
    for (unsigned i = 0; i < 4; ++i)
      channels[i] += (colour >> (8 * i) & 0xff) * times;
    count += times;
  }

  counted_colour mean() const noexcept {
    counted_colour result{{}, count};
    for (std::size_t i = 0; i < 4; ++i)
      result.colour[i] =
        static_cast<std::uint8_t>((channels[i] + count / 2) / count);
    return result;
  }
};

class colour_counter {
public:
  colour_counter() : opaque_(opaque_bins) {}

  void add(packed_colour colour, std::uint32_t times) {
    auto& place = place_of(colour);
    if (place == 0) {
      sums_.emplace_back();
      place = static_cast<std::uint32_t>(sums_.size());
    }
    sums_[place - 1].add(colour, times);
  }

  std::vector<counted_colour> means() const {
    std::vector<counted_colour> result;
    result.reserve(sums_.size());
    for (const auto& one : sums_)
      result.push_back(one.mean());
    return result;
  }

private:
  std::uint32_t& place_of(packed_colour colour) {
    if (colour >> 24 == 255)
      return opaque_[upper_bits<opaque_bits>(colour, 3)];
    // What is not seen has no colour, and is unlike what hardly is.
    if (colour >> 24 == 0)
      return clear_;
    if (translucent_.empty())
      translucent_.resize(translucent_bins);
    return translucent_[upper_bits<translucent_bits>(colour, 4)];
  }

  std::vector<std::uint32_t> opaque_; ///< Places plus 1; 0: none yet.
  std::vector<std::uint32_t> translucent_;
  std::uint32_t clear_ = 0;
  std::vector<colour_sums> sums_;
};

} // namespace

std::vector<counted_colour> count_colours(const pixel_buffer& rgba) {
  colour_counter counter;
  const auto pixels = std::size_t{rgba.width} * rgba.height;
  const auto step = 1 + pixels / enough_pixels;
  for (std::size_t y = 0; y < rgba.height; y += step) {
    const auto* row = rgba.row(y);
    auto colour = colour_at(row);
    std::uint32_t times = 0;
    for (std::size_t x = 0; x < rgba.width; ++x) {
      const auto here = colour_at(row + 4 * x);
      if (here != colour) {
        counter.add(colour, times);
        colour = here;
        times = 0;
      }
      ++times;
    }
    counter.add(colour, times);
  }
  return counter.means();
}

caf::expected<std::vector<std::uint8_t>>
choose_palette(const std::vector<counted_colour>& counted, int colours,
               int quality) {
  const auto refused = [] {
    return make_error(errc::encode, "no palette found");
  };
  liq_pointer<liq_attr> attributes(liq_attr_create());
  if (!attributes)
    return refused();
  liq_set_speed(attributes.get(), quantizer_speed);
  liq_set_max_colors(attributes.get(), colours);
  liq_set_quality(attributes.get(), 0, quality);
  liq_pointer<liq_histogram> histogram(liq_histogram_create(attributes.get()));
  std::vector<liq_histogram_entry> entries;
  entries.reserve(counted.size());
  for (const auto& [colour, count] : counted)
    entries.push_back({{colour[0], colour[1], colour[2], colour[3]}, count});
  liq_result* raw = nullptr;
  if (!histogram || !give(histogram.get(), attributes.get(), entries)
      || liq_histogram_quantize(histogram.get(), attributes.get(), &raw)
           != LIQ_OK)
    return refused();
  liq_pointer<liq_result> result(raw);
  const auto* found = liq_get_palette(result.get());
  std::vector<std::uint8_t> palette;
  for (unsigned i = 0; i < found->count; ++i) {
    const auto& entry = found->entries[i];
    palette.insert(palette.end(), {entry.r, entry.g, entry.b, entry.a});
  }
  return palette;
}

} // namespace pixmill::imaging
