/// How a `jpeg_rate_control` finds tables and a price: from samples, and what
/// these say of the other rows.

#include <algorithm>
#include <cmath>

#include "imaging/jpeg_price_search.hpp"
#include "imaging/jpeg_rate_control.hpp"

namespace pixmill::imaging {

namespace {

/// Every so many rows of MCUs one is a sample, if that leaves enough of them.
constexpr std::size_t sample_distance = 8;
constexpr std::size_t fewest_samples = 6;

/// Sizes fall with about this power of lambda if the tables follow it.
constexpr double size_power = 0.4;

/// An estimate from samples that is this close needs no other.
constexpr double close_enough = 0.02;

/// Tables stay as they are once the estimate is this close; from there on
/// lambda is a knob without steps.
constexpr double tables_settle = 0.05;

/// What a progressive file has to be smaller by, at least: it takes longer to
/// write and to read.
constexpr double scans_gain = 0.97;

constexpr int most_tries = 6;
constexpr int most_table_tries = 4;

/// Tables are chosen at this share of the price, as coefficients are dropped on
/// top of it.
constexpr double table_price = 0.8;

} // namespace

void jpeg_rate_control::pick_samples() {
  auto rows = source_rows_.size();
  auto distance =
    std::clamp<std::size_t>(rows / fewest_samples, 1, sample_distance);
  // Offsets in such an order that any number of them is spread evenly.
  std::vector<std::size_t> offsets{distance / 2};
  for (std::size_t offset = 0; offset < distance; ++offset)
    if (offset != distance / 2)
      offsets.push_back(offset);
  // So are a quarter of the samples and half of them.
  for (std::size_t quarter : {0, 2, 1, 3})
    for (auto row = distance / 2 + quarter * distance; row < rows;
         row += 4 * distance)
      order_.push_back(row);
  samples_ = order_.size();
  for (std::size_t i = 1; i < offsets.size(); ++i)
    for (auto row = offsets[i]; row < rows; row += distance)
      order_.push_back(row);
}

/// How many of the samples say what to begin with.
std::size_t jpeg_rate_control::few_samples() const {
  return (samples_ + 3) / 4;
}

/// Guesses the price from the model.
void jpeg_rate_control::start(double bits) {
  scan_counts counts{};
  const auto few = few_samples();
  for (std::size_t i = 0; i < few; ++i) {
    dc_state last_dc{};
    auto& row = source_rows_[order_[i]];
    count_symbols(row.begin, row.end, last_dc, counts);
  }
  prices_ = counts;
  auto sampled = static_cast<double>(scan_bits(counts, best_codes(counts)));
  auto all = predicted_from(0);
  auto whole = sampled * all / (all - predicted_from(few));
  lambda_ = std::clamp(model_->lambda_for(std::min(bits / whole, 1.0)),
                       least_lambda, most_lambda);
}

/// Learns prices from few samples: those of the source are others.
void jpeg_rate_control::learn() {
  choose_tables();
  try_samples(few_samples());
}

/// Finds tables and a price at which all takes `bits`.
void jpeg_rate_control::search(double bits) {
  price_search tried;
  auto settled = false;
  for (int i = 0; i < most_tries; ++i) {
    auto excess = std::log(try_samples(samples_) / bits);
    if (std::abs(excess) < close_enough)
      return;
    tried.add(std::log(lambda_), excess);
    if (settled)
      power_ = tried.power(power_);
    else if (std::abs(excess) < tables_settle || i + 1 == most_table_tries) {
      // Tables have steps: the best there were, from now on.
      settled = true;
      auto best = std::exp(tried.best().price);
      if (best != lambda_) {
        lambda_ = best;
        choose_tables();
      }
      tried.settle();
    }
    auto next = std::exp(tried.next(settled ? power_ : size_power));
    next = std::clamp(next, least_lambda, most_lambda);
    if (next == lambda_)
      return;
    lambda_ = next;
    if (settled)
      quantizer_->set_lambda(lambda_);
    else
      choose_tables();
  }
}

void jpeg_rate_control::choose_tables() {
  tables_ = model_->choose(lambda_ * table_price);
  likeness_.emplace(picture_, tables_);
  quantizer_.emplace(picture_, tables_, weights_,
                     effort_ == compress_effort::best
                       ? jpeg_quantizer::effort::trellis
                       : jpeg_quantizer::effort::greedy);
  quantizer_->set_lambda(lambda_);
}

/// Learns how many bits some samples take in scans.
/// @param own The bits in one scan.
void jpeg_rate_control::sort_samples(std::size_t count, double own) {
  std::vector<std::size_t> sampled(
    order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(count));
  std::sort(sampled.begin(), sampled.end());
  std::vector<jpeg_scans::row> rows;
  rows.reserve(count);
  for (auto row : sampled)
    rows.push_back({symbols_of(row), &rows_[row].edges});
  density_ = static_cast<double>(scans_->sort(rows)) / own;
}

/// Decides by what was learnt whether a progressive file is worth its while.
/// Large pictures have no memory left for it.
/// @param data Bytes beside the header that are allowed.
bool jpeg_rate_control::choose_scans(double data) {
  if (effort_ != compress_effort::best || reused_ != nullptr)
    return false;
  scans_.emplace(picture_);
  const auto codes = best_codes(pieces_);
  sort_samples(few_samples(), static_cast<double>(scan_bits(pieces_, codes)));
  const auto baseline =
    static_cast<double>(header_bytes(picture_, codes, icc_)) + data;
  if (head_bytes() + data * density_ < scans_gain * baseline)
    return true;
  scans_.reset();
  density_ = 1;
  return false;
}

/// Quantizes some samples at the present price, and learns new ones.
/// @returns The bits that all rows are predicted to take.
double jpeg_rate_control::try_samples(std::size_t count) {
  quantizer_->set_prices(prices_);
  reduced_.clear();
  pieces_ = {};
  rows_.assign(rows_.size(), {});
  double bits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    auto row = order_[i];
    quantize(row);
    bits += rows_[row].bits;
  }
  prices_ = pieces_;
  // At their own prices they take less than at those that they were chosen by.
  auto own = static_cast<double>(scan_bits(pieces_, best_codes(pieces_)));
  for (std::size_t i = 0; i < count; ++i)
    rows_[order_[i]].bits *= own / bits;
  calibrate(count);
  if (scans_) {
    if (count == samples_)
      sort_samples(count, own);
    own *= density_;
  }
  auto all = predicted_from(0);
  return own * all / (all - predicted_from(count));
}

/// Fits what rows take to their blocks and tokens.
void jpeg_rate_control::calibrate(std::size_t count) {
  double tt = 0;
  double tb = 0;
  auto blocks = static_cast<double>(row_blocks_);
  double sum_tokens = 0;
  double sum_bits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    auto& row = source_rows_[order_[i]];
    auto tokens = static_cast<double>(row.end - row.begin);
    auto bits = rows_[order_[i]].bits;
    tt += tokens * tokens;
    tb += tokens * bits;
    sum_tokens += tokens;
    sum_bits += bits;
  }
  auto n = static_cast<double>(count);
  auto spread = tt - sum_tokens * sum_tokens / n;
  auto slope = spread > 0 ? (tb - sum_tokens * sum_bits / n) / spread : 0;
  auto whole = sum_bits / std::max(sum_tokens, 1.0);
  // Neither part may be negative.
  bits_per_token_ = std::clamp(slope, 0.0, whole);
  bits_per_block_ = (sum_bits - bits_per_token_ * sum_tokens) / (n * blocks);
}

double jpeg_rate_control::predicted(std::size_t row) const {
  auto blocks = static_cast<double>(row_blocks_);
  auto tokens = source_rows_[row].end - source_rows_[row].begin;
  return bits_per_block_ * blocks
         + bits_per_token_ * static_cast<double>(tokens);
}

/// What to multiply lambda by for a size that is so many times smaller.
double jpeg_rate_control::lambda_step(double size_ratio) const {
  return std::pow(size_ratio, 1 / power_);
}

/// What the rows from `place` in the order on are predicted to take.
double jpeg_rate_control::predicted_from(std::size_t place) const {
  double bits = 0;
  for (; place < order_.size(); ++place)
    bits += predicted(order_[place]);
  return bits;
}

} // namespace pixmill::imaging
