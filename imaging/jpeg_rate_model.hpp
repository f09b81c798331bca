#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_tokens.hpp"
#include "imaging/jpeg_weights.hpp"

namespace pixmill::imaging {

/// Predicts what each step of each quantization table costs in bits and in
/// errors, from how often each magnitude occurs.
class jpeg_rate_model {
public:
  /// @param rows Some of the picture's rows, for all of them.
  jpeg_rate_model(const jpeg_tokens& picture, const token_rows& rows,
                  const std::vector<error_weights>& weights);

  /// Returns the tables that cost the least, bits counted `lambda` times; none
  /// finer than the picture's, and components that share one still do.
  std::vector<quant_table> choose(double lambda) const;

  /// Returns the lambda at which the tables of `choose` take `share` of the
  /// bits that the picture's own take.
  double lambda_for(double share) const;

private:
  struct step {
    std::uint16_t size;
    float errors;
    float bits;
    float until;      ///< The lambda from which on the next one costs less.
    float least_root; ///< Of the lambdas that are high enough for it.
  };

  /// The steps to choose from at one position, finest first.
  struct candidates {
    std::vector<step> all;
    std::vector<step> hull; ///< Those that cost the least at some lambda.
  };

  /// Components with one table.
  struct table_group {
    std::vector<std::size_t> components;
    std::array<candidates, 64> positions; ///< Zigzag.
  };

  class histograms;
  static const step& cheapest(const candidates& steps, double lambda);
  double bits_at(double lambda) const;

  std::vector<table_group> groups_;
  std::size_t components_;
};

} // namespace pixmill::imaging
