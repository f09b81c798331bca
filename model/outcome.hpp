#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <caf/meta/type_name.hpp>

#include "model/failure.hpp"
#include "model/image_format.hpp"

namespace pixmill {

/// Where one slot stands; the words of the public contract. Stored and sent:
/// append, never renumber.
enum class item_state : std::uint8_t {
  pending,
  downloading,
  compressing,
  storing,
  done,
  kept_original,
  failed,
  skipped,
  canceled,
};

/// Returns `pending`, `kept_original`, …
std::string_view to_string(item_state state) noexcept;

/// Returns whether no more will happen to an item in `state`.
constexpr bool is_terminal(item_state state) noexcept {
  return state >= item_state::done;
}

/// One place in a URL list: the identity of an item within its job.
struct slot_id {
  std::uint32_t row = 0;   ///< Data row, from 1.
  std::uint16_t index = 0; ///< Position in the row's list, from 0.

  // clang-tidy 14 takes what the compiler writes for a 0 that means nullptr.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  auto operator<=>(const slot_id&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, slot_id& x) {
  return f(caf::meta::type_name("pixmill::slot_id"), x.row, x.index);
}

/// How one slot ended. Written once; the first write wins.
struct outcome {
  item_state state = item_state::pending; ///< Terminal when it is recorded.
  failure why;                            ///< With `failed` and `skipped`.
  std::string sha256; ///< Of the stored file, 64 hex digits.
  image_format format = image_format::unknown; ///< Of the stored file.
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint32_t width = 0;    ///< Of the stored file, pixels.
  std::uint32_t height = 0;   ///< Of the stored file, pixels.
  std::uint16_t quality = 0;  ///< 1 to 100; 0 when none applies.
  std::uint32_t ssim_ppm = 0; ///< Luma, against the source; 0: not measured.
  bool target_missed = false; ///< The warning `target_not_reached`.
  std::uint32_t milliseconds = 0; ///< From first attempt to stored.
  std::uint16_t attempts = 0;
  std::string node;                  ///< Name of the node that did the work.
  std::uint32_t ssim_worst_ppm = 0;  ///< Luma, of the worst tile.
  std::uint32_t chroma_ssim_ppm = 0; ///< 0: not measured, or no colour.
  std::uint32_t chroma_ssim_worst_ppm = 0; ///< Of the worst tile.
  /// Why `format`, where the job left that to Pixmill.
  format_reason why_format = format_reason::none;
  /// On its way, not recorded: the node wrote the file past the head.
  bool stored_by_node = false;

  /// Returns whether a file is stored for this slot.
  bool has_file() const noexcept {
    return !sha256.empty();
  }

  /// Returns the stored file's bytes as a share of the source's, ppm; 0: not
  /// known.
  std::uint32_t ratio_ppm() const noexcept {
    return bytes_in == 0 ? 0
                         : static_cast<std::uint32_t>(
                           (bytes_out * 1'000'000 + bytes_in / 2) / bytes_in);
  }

  bool operator==(const outcome&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, outcome& x) {
  return f(caf::meta::type_name("pixmill::outcome"), x.state, x.why, x.sha256,
           x.format, x.bytes_in, x.bytes_out, x.width, x.height, x.quality,
           x.ssim_ppm, x.target_missed, x.milliseconds, x.attempts, x.node,
           x.ssim_worst_ppm, x.chroma_ssim_ppm, x.chroma_ssim_worst_ppm,
           x.why_format, x.stored_by_node);
}

} // namespace pixmill
