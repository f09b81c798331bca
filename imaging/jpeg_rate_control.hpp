#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "imaging/compressor.hpp"
#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_quantizer.hpp"
#include "imaging/jpeg_rate_model.hpp"
#include "imaging/jpeg_scans.hpp"
#include "imaging/jpeg_similarity.hpp"
#include "imaging/jpeg_tokens.hpp"
#include "imaging/similarity.hpp"

namespace pixmill::imaging {

/// One encoding of a JPEG within a budget.
struct budgeted_jpeg {
  std::string bytes;
  int quality = 0; ///< The closest on libjpeg's scale.
  similarity likeness;
  bool missed = false; ///< The budget is too small for any picture.
  bool lost = false;   ///< No encoding: see `over_source`.
};

/// Finds the encoding of a JPEG's coefficients that has the least errors, as
/// eyes weigh them, within a number of bytes: RD-chosen tables, then choices
/// within each block, at one price of a bit for the whole picture.
///
/// Every 8th row of MCUs says which price and which tables. The other rows
/// follow in an order that spreads over the picture, and the price moves a
/// little with what they took, so that one pass is enough. The size is exact
/// before anything is written.
class jpeg_rate_control {
public:
  /// @param picture Outlives the object.
  jpeg_rate_control(const jpeg_tokens& picture, const std::string& icc,
                    compress_effort effort);

  /// Lets symbols take the place of the tokens that they were made of, but for
  /// some rows, for the memory of both is what a large picture costs. Where
  /// these rows are too few to correct the size with, the answer is `lost`.
  /// @param tokens Those of the picture, of no more use when `reach` returns.
  void over_source(token_list& tokens);

  /// @param budget Bytes of the whole file.
  budgeted_jpeg reach(std::size_t budget);

  /// Returns the room for symbols that it took beside the tokens, words.
  std::size_t room_taken() const noexcept {
    return reduced_.capacity();
  }

private:
  /// Below the first every coefficient stays as it is, above the second the
  /// picture falls to pieces: about quality 5.
  static constexpr double least_lambda = 0.02;
  static constexpr double most_lambda = 4000;

  /// Where a quantized row stands in `reduced_`, or over its source.
  struct reduced_row {
    bool over_source = false;
    std::size_t begin = 0;
    std::size_t end = 0;
    double bits = 0; ///< At the prices that it was chosen by.
    double lambda = 0;
    dc_edges edges;
  };

  void pick_samples();
  std::size_t few_samples() const;
  void quantize_within(double budget);
  bool choose_scans(double data);
  void sort_samples(std::size_t count, double own);
  double head_bytes() const;
  void start(double bits);
  void learn();
  void search(double bits);
  void choose_tables();
  double try_samples(std::size_t count);
  double lambda_step(double size_ratio) const;
  void calibrate(std::size_t count);
  double predicted(std::size_t row) const;
  double predicted_from(std::size_t place) const;
  double taken_by(std::size_t place, std::size_t end) const;
  void quantize(std::size_t row);
  void forget(std::size_t row);
  void put_over_source(std::size_t row);
  void quantize_rest(double bits);
  bool is_coarsest() const;
  bool is_finest() const;
  std::size_t count();
  bool correct(double bytes, double force, double leverage, double leeway);
  std::span<std::uint32_t> symbols_of(std::size_t row);
  void join(std::size_t row, const dc_state& before);
  budgeted_jpeg emit();

  std::optional<jpeg_quantizer> quantizer_; // First, as it is aligned.
  const jpeg_tokens& picture_;
  const std::string& icc_;
  compress_effort effort_;
  token_rows source_rows_;
  std::vector<error_weights> weights_;
  std::vector<std::size_t> order_; ///< Of rows, the samples first.
  std::size_t samples_ = 0;
  std::optional<jpeg_rate_model> model_;
  std::vector<quant_table> tables_;
  std::vector<reduced_row> rows_;
  std::size_t row_blocks_;
  std::optional<jpeg_similarity> likeness_;
  token_list reduced_;           ///< Symbols.
  token_list* reused_ = nullptr; ///< What symbols may take the place of.
  std::size_t kept_from_ = 0;    ///< In the order: rows that keep their source.
  scan_counts prices_{};
  scan_counts pieces_{}; ///< Of all rows in `reduced_`, each by itself.
  scan_counts counts_{}; ///< Of the scan.
  scan_codes codes_;
  std::optional<jpeg_scans> scans_; ///< Of a progressive file, if it is one.
  double density_ = 1; ///< Bits of the file for each of one baseline scan.
  double lambda_ = 1;
  double power_ = 0.1; ///< Of lambda that sizes fall with at the same tables.
  double bits_per_block_ = 0; ///< What a row is predicted to take.
  double bits_per_token_ = 1;
};

/// Returns the encoding that `jpeg_rate_control` finds within `budget`, or,
/// where its worst tile is below the floor, the smallest that keeps it.
/// @param floor_ppm   0: none.
/// @param most_bytes  More are of no use; then the answer has no bytes.
budgeted_jpeg best_within(const jpeg_tokens& picture, const std::string& icc,
                          compress_effort effort, std::size_t budget,
                          std::uint32_t floor_ppm, std::size_t most_bytes);

/// Returns the same without a floor, at half of the memory beside the tokens;
/// nothing where that does not lead to the budget.
/// @param picture Has no tokens any more afterwards.
std::optional<budgeted_jpeg> best_over_source(jpeg_tokens& picture,
                                              const std::string& icc,
                                              compress_effort effort,
                                              std::size_t budget);

} // namespace pixmill::imaging
