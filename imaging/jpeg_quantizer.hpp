#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_requantize.hpp"
#include "imaging/jpeg_symbols.hpp"
#include "imaging/jpeg_weights.hpp"

namespace pixmill::imaging {

/// Changes coefficients to coarser tables, and drops or lowers those that cost
/// more bits than their error is worth.
///
/// Rate-distortion optimal within a block for the given lengths of codes, DC
/// aside ("trellis"); or almost so by deciding once for each coefficient.
/// @see Ramchandran, Vetterli: Rate-distortion optimal fast thresholding with
///      complete JPEG/MPEG decoder compatibility, IEEE TIP 3 (1994)
class jpeg_quantizer {
public:
  enum class effort : std::uint8_t { greedy, trellis };

  jpeg_quantizer(const jpeg_tokens& picture, std::vector<quant_table> tables,
                 const std::vector<error_weights>& weights, effort how);

  /// Prices symbols by how often they occur.
  void set_prices(const scan_counts& counts);

  /// Sets the error that one bit is worth.
  void set_lambda(double lambda);

  double lambda() const noexcept {
    return lambda_;
  }

  /// Quantizes whole blocks into `out`, which has room for as many tokens.
  /// @param counts The symbols are added to it, as if DC started at 0.
  /// @param edges  Of the components that have a block.
  /// @returns The bits that they take at the prices.
  double run(token_row source, std::uint32_t*& out, scan_counts& counts,
             dc_edges& edges);

private:
  struct component_steps {
    std::array<float, 64> from; ///< One unit of the source, in weighted errors.
    std::array<float, 64> to;   ///< One unit of the output.
    requantizing_factors factors;
  };

  /// Bits by run and size, of values and of the end of a block.
  struct ac_prices {
    std::array<std::array<float, 16>, 64> values;
    float end = 0;
  };

  /// The coefficients of a block that do not round to zero, from 1 on.
  struct candidates;

  static std::uint32_t* put_kept(const candidates& found, std::uint32_t* to,
                                 symbol_counts& counts);
  /// Reads the rest of a block.
  /// @returns Where the next one begins, or `end`.
  const std::uint32_t* gather(const std::uint32_t* at, const std::uint32_t* end,
                              const component_steps& steps,
                              candidates& found) const;
  double decide_by_trellis(const ac_prices& prices, candidates& found) const;
  double decide_greedily(const ac_prices& prices, candidates& found) const;

  std::vector<error_weights> roots_; ///< Of the weights.
  std::vector<quant_table> from_;
  std::vector<quant_table> to_;
  std::vector<component_steps> steps_;
  std::array<ac_prices, 2> ac_prices_{}; ///< Of the AC tables.
  std::array<std::array<float, 16>, 2> dc_prices_{};
  double lambda_ = 1;
  effort effort_;
};

} // namespace pixmill::imaging
