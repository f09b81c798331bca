#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/expected.hpp>

#include "imaging/byte_view.hpp"
#include "imaging/jpeg_tables.hpp"
#include "imaging/similarity.hpp"

namespace pixmill::imaging {

/// One component of a JPEG, as its frame header states it.
struct jpeg_component {
  std::uint8_t id = 0;
  std::uint8_t across = 1; ///< Blocks in one MCU, horizontally.
  std::uint8_t down = 1;   ///< Blocks in one MCU, vertically.
  bool chroma = false;
  quant_table table{}; ///< In the order of the coefficients.
};

/// A growing array that does not fill itself with zeros first.
class token_list {
public:
  token_list() = default;
  token_list(token_list&& other) noexcept
      : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  token_list(const token_list& other) {
    auto* to = room_for(other.size_);
    end_at(std::copy_n(other.begin(), other.size_, to));
  }
  token_list& operator=(token_list other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ~token_list() = default;

  /// Makes room for `more` behind the end and returns where.
  std::uint32_t* room_for(std::size_t more) {
    if (capacity_ - size_ < more) {
      capacity_ = size_ + more + capacity_ / 2;
      auto larger = std::make_unique_for_overwrite<std::uint32_t[]>(capacity_);
      std::copy_n(begin(), size_, larger.get());
      data_ = std::move(larger);
    }
    return data_.get() + size_;
  }

  /// Takes in what was written into the room.
  void end_at(const std::uint32_t* end) noexcept {
    size_ = static_cast<std::size_t>(end - data_.get());
  }

  void clear() noexcept {
    size_ = 0;
  }

  std::size_t size() const noexcept {
    return size_;
  }

  /// Returns how many there is room for.
  std::size_t capacity() const noexcept {
    return capacity_;
  }

  const std::uint32_t* begin() const noexcept {
    return data_.get();
  }

  std::uint32_t* data() noexcept {
    return data_.get();
  }

  const std::uint32_t* end() const noexcept {
    return data_.get() + size_;
  }

private:
  std::unique_ptr<std::uint32_t[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// The coefficients of a JPEG that are not zero, in the order in which a
/// baseline scan codes them: a tenth of the memory that all would take, and
/// nothing has to be searched for.
struct jpeg_tokens {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t mcus_across = 0;
  std::uint32_t mcus_down = 0;
  std::vector<jpeg_component> components;
  /// JFIF's and Adobe's segments with their markers: how colours are meant.
  std::string colour_segments;
  /// Each block begins with its DC coefficient, zero or not.
  /// @see make_token
  token_list tokens;
  /// Where each row of MCUs begins in `tokens`, and where the last ends.
  std::vector<std::size_t> rows;

  /// Returns the blocks across and down of the component that has most of them
  /// in an MCU.
  std::pair<std::uint32_t, std::uint32_t> largest_sampling() const noexcept {
    std::uint32_t across = 1;
    std::uint32_t down = 1;
    for (auto& component : components) {
      across = std::max<std::uint32_t>(across, component.across);
      down = std::max<std::uint32_t>(down, component.down);
    }
    return {across, down};
  }

  /// Returns the columns and rows of blocks of a component, without those that
  /// only fill up MCUs.
  std::pair<std::uint32_t, std::uint32_t>
  used_blocks(const jpeg_component& component) const noexcept {
    const auto [across, down] = largest_sampling();
    return {(width * component.across + 8 * across - 1) / (8 * across),
            (height * component.down + 8 * down - 1) / (8 * down)};
  }

  /// Computes the numbers of MCUs from all else.
  void count_mcus() noexcept {
    const auto [across, down] = largest_sampling();
    mcus_across = (width + 8 * across - 1) / (8 * across);
    mcus_down = (height + 8 * down - 1) / (8 * down);
  }

  std::size_t block_count() const noexcept {
    std::size_t in_mcu = 0;
    for (auto& component : components)
      in_mcu += std::size_t{component.across} * component.down;
    return in_mcu * mcus_across * mcus_down;
  }
};

/// Packs one coefficient.
/// @param position In zigzag order, 0 to 63.
constexpr std::uint32_t make_token(int value, std::size_t component,
                                   std::uint32_t position) noexcept {
  return static_cast<std::uint32_t>(value) << 16
         | static_cast<std::uint32_t>(component) << 6 | position;
}

constexpr int token_value(std::uint32_t token) noexcept {
  return static_cast<std::int16_t>(token >> 16);
}

constexpr std::size_t token_component(std::uint32_t token) noexcept {
  return token >> 6 & 3;
}

constexpr std::uint32_t token_position(std::uint32_t token) noexcept {
  return token & 63;
}

/// Coefficient at each zigzag position.
/// @see ITU-T T.81, figure A.6
inline constexpr std::array<std::uint8_t, 64> natural_order{
  0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
  58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

/// More blocks than this an interleaved MCU may not have.
/// @see ITU-T T.81, B.2.3
inline constexpr int most_mcu_blocks = 10;

/// Largest magnitudes that baseline Huffman coding holds, 8 bits a sample.
inline constexpr int largest_dc = 1024;
inline constexpr int largest_ac = 1023;

/// Chooses the table to requantize a component with, as it is read.
using table_chooser = std::function<quant_table(const jpeg_component&)>;

/// Reads a baseline JPEG of one scan, or a progressive one.
/// @param choose If given, the picture comes with these tables: quicker than to
///               requantize it afterwards.
/// @param likeness Learns how much what is requantized looks like the source,
///                 by half a row of MCUs in each row of tiles; or null.
/// @returns Nothing when the file is anything else, or damaged: libjpeg then
///          has to say which.
std::optional<jpeg_tokens> read_usual_tokens(byte_view source,
                                             const table_chooser& choose = {},
                                             similarity* likeness = nullptr);

/// Reads any JPEG that libjpeg reads, several times slower where it is not a
/// usual one.
/// @retval errc::truncated          The data ends too early.
/// @retval errc::decode             Damaged.
/// @retval errc::unsupported_format Nothing that a baseline file holds.
caf::expected<jpeg_tokens> read_tokens(byte_view source,
                                       const table_chooser& choose = {},
                                       similarity* likeness = nullptr);

} // namespace pixmill::imaging
