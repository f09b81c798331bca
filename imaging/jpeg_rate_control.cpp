#include "imaging/jpeg_rate_control.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "imaging/jpeg_similarity.hpp"
#include "imaging/jpeg_tables.hpp"

namespace pixmill::imaging {

namespace {

/// Every so many rows of MCUs one is a sample, if that leaves enough of them.
constexpr std::size_t sample_distance = 8;
constexpr std::size_t fewest_samples = 6;

/// Below the first every coefficient stays as it is, above the second the
/// picture falls to pieces: about quality 5.
constexpr double least_lambda = 0.02;
constexpr double most_lambda = 4000;

/// Sizes fall with about this power of lambda.
constexpr double size_power = 0.4;

/// One byte of so many is 0xff and takes a zero behind it.
constexpr double stuffing = 1.0 / 200;

/// An estimate from samples that is this close needs no other.
constexpr double close_enough = 0.015;

/// Tables stay as they are once the estimate is this close; from there on
/// lambda is a knob without steps.
constexpr double tables_settle = 0.08;

/// What to aim at and what to be content with, of the budget.
constexpr double aim = 0.9975;
constexpr double well_filled = 0.99;

constexpr std::size_t small_budget = 20'000;

constexpr int most_tries = 6;
constexpr int most_corrections = 16;

/// One pass may raise the price of a row by no more, and lower it.
constexpr double row_leeway = 1.6;

double lambda_step(double size_ratio, double power = size_power) {
  return std::pow(size_ratio, 1 / power);
}

} // namespace

jpeg_rate_control::jpeg_rate_control(const jpeg_tokens& picture,
                                     const std::string& icc,
                                     compress_effort effort)
    : picture_(picture), icc_(icc), effort_(effort),
      source_rows_(rows_of(picture)), weights_(weights_for(picture)),
      rows_(source_rows_.size()) {
  pick_samples();
  token_rows sampled;
  for (std::size_t i = 0; i < samples_; ++i)
    sampled.push_back(source_rows_[order_[i]]);
  model_.emplace(picture, sampled, weights_);
}

void jpeg_rate_control::pick_samples() {
  auto rows = source_rows_.size();
  auto distance =
    std::clamp<std::size_t>(rows / fewest_samples, 1, sample_distance);
  // Offsets in such an order that any number of them is spread evenly.
  std::vector<std::size_t> offsets{distance / 2};
  for (std::size_t offset = 0; offset < distance; ++offset)
    if (offset != distance / 2)
      offsets.push_back(offset);
  for (auto offset : offsets) {
    for (auto row = offset; row < rows; row += distance)
      order_.push_back(row);
    if (samples_ == 0)
      samples_ = order_.size();
  }
}

budgeted_jpeg jpeg_rate_control::reach(std::size_t budget) {
  // Known only with the final codes, but these hardly change it.
  auto head = static_cast<double>(header_bytes(picture_, codes_, icc_)) + 350;
  auto room = std::max(static_cast<double>(budget) - head, 1.0);
  auto bits = room * 8 / (1 + stuffing) * aim;
  start(bits);
  search(bits);
  quantize_rest(bits);
  budgeted_jpeg result;
  auto allowed = static_cast<double>(budget);
  // Headers of small files are hard to foresee, and small files cost little.
  const auto most_fills = budget < small_budget ? 6 : 2;
  for (int i = 0; i < most_corrections; ++i) {
    auto size = static_cast<double>(count());
    bool over = size > allowed;
    bool wasteful = size < well_filled * allowed && i < most_fills;
    if ((over && !is_coarsest()) || (wasteful && !is_finest())) {
      correct(size - allowed * (over ? 0.999 : aim), 1 + 0.4 * i);
      continue;
    }
    result = emit();
    if (result.bytes.size() <= budget || is_coarsest())
      break;
    // More bytes of 0xff than usual.
    allowed -= static_cast<double>(result.bytes.size() - budget) + 2;
    result.bytes.clear();
  }
  if (result.bytes.empty())
    result = emit();
  result.missed = result.bytes.size() > budget;
  return result;
}

/// Guesses the price from the model.
void jpeg_rate_control::start(double bits) {
  scan_counts counts{};
  for (std::size_t i = 0; i < samples_; ++i) {
    dc_state last_dc{};
    auto& row = source_rows_[order_[i]];
    count_symbols(row.begin, row.end, last_dc, counts);
  }
  prices_ = counts;
  auto sampled = static_cast<double>(scan_bits(counts, best_codes(counts)));
  auto all = predicted_from(0);
  auto whole = sampled * all / (all - predicted_from(samples_));
  lambda_ = std::clamp(model_->lambda_for(std::min(bits / whole, 1.0)),
                       least_lambda, most_lambda);
}

void jpeg_rate_control::search(double bits) {
  auto settled = false;
  auto previous_log = 0.0;
  auto previous_lambda = 0.0;
  auto power = size_power;
  for (int i = 0; i < most_tries; ++i) {
    if (!settled) {
      tables_ = model_->choose(lambda_);
      quantizer_.emplace(picture_, tables_, weights_,
                         effort_ == compress_effort::best
                           ? jpeg_quantizer::effort::trellis
                           : jpeg_quantizer::effort::greedy);
    }
    quantizer_->set_prices(prices_);
    quantizer_->set_lambda(lambda_);
    auto total = try_samples();
    auto excess = std::log(total / bits);
    if (std::abs(excess) < close_enough)
      return;
    if (i > 0 && previous_lambda != lambda_) {
      auto measured =
        (previous_log - excess) / std::log(lambda_ / previous_lambda);
      power = std::clamp(measured, 0.2, 1.0);
    }
    settled = std::abs(excess) < tables_settle;
    previous_log = excess;
    previous_lambda = lambda_;
    lambda_ =
      std::clamp(lambda_ * std::exp(excess / power), least_lambda, most_lambda);
    if (lambda_ == previous_lambda)
      return;
  }
}

/// Quantizes the samples at the present price.
/// @returns The bits that all rows are predicted to take.
double jpeg_rate_control::try_samples() {
  reduced_.clear();
  pieces_ = {};
  rows_.assign(rows_.size(), {});
  double bits = 0;
  for (std::size_t i = 0; i < samples_; ++i) {
    auto row = order_[i];
    quantize(row);
    bits += rows_[row].bits;
  }
  prices_ = pieces_;
  calibrate();
  auto all = predicted_from(0);
  return bits * all / (all - predicted_from(samples_));
}

/// Fits what rows take to their blocks and tokens.
void jpeg_rate_control::calibrate() {
  double tt = 0;
  double tb = 0;
  auto blocks =
    static_cast<double>(picture_.block_count()) / picture_.mcus_down;
  double sum_tokens = 0;
  double sum_bits = 0;
  for (std::size_t i = 0; i < samples_; ++i) {
    auto& row = source_rows_[order_[i]];
    auto tokens = static_cast<double>(row.end - row.begin);
    auto bits = rows_[order_[i]].bits;
    tt += tokens * tokens;
    tb += tokens * bits;
    sum_tokens += tokens;
    sum_bits += bits;
  }
  auto n = static_cast<double>(samples_);
  auto spread = tt - sum_tokens * sum_tokens / n;
  auto slope = spread > 0 ? (tb - sum_tokens * sum_bits / n) / spread : 0;
  auto whole = sum_bits / std::max(sum_tokens, 1.0);
  // Neither part may be negative.
  bits_per_token_ = std::clamp(slope, 0.0, whole);
  bits_per_block_ = (sum_bits - bits_per_token_ * sum_tokens) / (n * blocks);
}

double jpeg_rate_control::predicted(std::size_t row) const {
  auto blocks =
    static_cast<double>(picture_.block_count()) / picture_.mcus_down;
  auto tokens = source_rows_[row].end - source_rows_[row].begin;
  return bits_per_block_ * blocks
         + bits_per_token_ * static_cast<double>(tokens);
}

/// What the rows from `place` in the order on are predicted to take.
double jpeg_rate_control::predicted_from(std::size_t place) const {
  double bits = 0;
  for (; place < order_.size(); ++place)
    bits += predicted(order_[place]);
  return bits;
}

double jpeg_rate_control::taken_by(std::size_t place, std::size_t end) const {
  double bits = 0;
  for (; place < end; ++place)
    bits += rows_[order_[place]].bits;
  return bits;
}

token_row jpeg_rate_control::reduced_tokens(std::size_t row) const {
  return {reduced_.begin() + rows_[row].begin,
          reduced_.begin() + rows_[row].end};
}

void jpeg_rate_control::quantize(std::size_t row) {
  auto& source = source_rows_[row];
  auto* to =
    reduced_.room_for(static_cast<std::size_t>(source.end - source.begin));
  forget(row);
  rows_[row].begin = reduced_.size();
  rows_[row].bits = quantizer_->run(source, to, pieces_, rows_[row].edges);
  reduced_.end_at(to);
  rows_[row].end = reduced_.size();
  rows_[row].lambda = quantizer_->lambda();
}

/// Takes the symbols of what was found for `row` before out of the counts.
void jpeg_rate_control::forget(std::size_t row) {
  if (rows_[row].begin == rows_[row].end)
    return;
  auto tokens = reduced_tokens(row);
  dc_state last_dc{};
  visit_symbols(tokens.begin, tokens.end, last_dc,
                [&](std::size_t table, unsigned symbol, std::uint32_t) {
                  --pieces_[table][symbol];
                });
}

bool jpeg_rate_control::is_coarsest() const {
  return std::all_of(rows_.begin(), rows_.end(), [](const reduced_row& row) {
    return row.lambda >= most_lambda;
  });
}

bool jpeg_rate_control::is_finest() const {
  return std::all_of(rows_.begin(), rows_.end(), [](const reduced_row& row) {
    return row.lambda <= least_lambda;
  });
}

void jpeg_rate_control::quantize_rest(double bits) {
  quantizer_->set_prices(prices_);
  auto done = taken_by(0, samples_);
  auto ahead = predicted_from(samples_);
  auto done_predicted = predicted_from(0) - ahead;
  auto price = lambda_;
  // Once, instead of growing by copies.
  auto expected =
    static_cast<double>(reduced_.size()) * (1 + ahead / done_predicted);
  reduced_.room_for(static_cast<std::size_t>(expected * 1.03)
                    - reduced_.size());
  for (auto place = samples_; place < order_.size(); ++place) {
    auto row = order_[place];
    auto expected_ahead = ahead * done / done_predicted;
    auto left = std::max(bits - done, 1.0);
    auto wanted = std::clamp(lambda_ * lambda_step(expected_ahead / left),
                             lambda_ / row_leeway, lambda_ * row_leeway);
    if (std::abs(wanted / price - 1) > 0.002) {
      price = wanted;
      quantizer_->set_lambda(price);
    }
    quantize(row);
    done += rows_[row].bits;
    done_predicted += predicted(row);
    ahead -= predicted(row);
  }
}

/// Makes codes of the symbols.
/// @returns The bytes of the file.
std::size_t jpeg_rate_control::count() {
  counts_ = pieces_;
  dc_state before{};
  for (auto& row : rows_) {
    join_dc(row.edges, before, counts_);
    before = row.edges.last;
  }
  codes_ = best_codes(counts_);
  auto data = static_cast<double>(scan_bits(counts_, codes_)) / 8;
  return header_bytes(picture_, codes_, icc_)
         + static_cast<std::size_t>(data * (1 + stuffing)) + 3;
}

/// Quantizes some rows again so that the file loses `bytes`.
/// @param force By how much more than usual, where that was not enough.
void jpeg_rate_control::correct(double bytes, double force) {
  quantizer_->set_prices(counts_);
  auto excess = bytes * 8;
  // As many rows as lets each of them change by a tenth at most.
  auto first = order_.size();
  double slice = 0;
  while (first > 0 && slice < std::abs(excess) * 10)
    slice += rows_[order_[--first]].bits;
  auto step =
    lambda_step(std::pow(1 / std::clamp(1 - excess / slice, 0.3, 3.0), force));
  for (auto place = first; place < order_.size(); ++place) {
    auto row = order_[place];
    quantizer_->set_lambda(
      std::clamp(rows_[row].lambda * step, least_lambda, most_lambda));
    quantize(row);
  }
}

budgeted_jpeg jpeg_rate_control::emit() {
  jpeg_tokens frame;
  frame.width = picture_.width;
  frame.height = picture_.height;
  frame.components = picture_.components;
  frame.colour_segments = picture_.colour_segments;
  for (std::size_t i = 0; i < tables_.size(); ++i)
    frame.components[i].table = tables_[i];
  jpeg_similarity likeness(picture_, tables_);
  token_rows rows;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    rows.push_back(reduced_tokens(row));
    likeness.add(row, source_rows_[row], rows.back());
  }
  budgeted_jpeg result;
  result.bytes =
    emit_jpeg(frame, rows, codes_, scan_bits(counts_, codes_), icc_);
  result.quality = quality_of(tables_[0]);
  result.likeness = likeness.result();
  return result;
}

budgeted_jpeg best_within(const jpeg_tokens& picture, const std::string& icc,
                          compress_effort effort, std::size_t budget,
                          std::uint32_t floor_ppm, std::size_t most_bytes) {
  jpeg_rate_control control(picture, icc, effort);
  auto found = control.reach(budget);
  if (found.likeness.worst_ppm() >= floor_ppm)
    return found;
  // The fewest bytes that keep the floor, to about 3 %.
  auto below = static_cast<double>(budget);
  auto above = static_cast<double>(most_bytes);
  budgeted_jpeg kept;
  while (above / below > 1.03) {
    auto middle = std::sqrt(below * above);
    auto one = control.reach(static_cast<std::size_t>(middle));
    if (one.likeness.worst_ppm() >= floor_ppm && !one.missed) {
      above = std::min(middle, static_cast<double>(one.bytes.size()));
      kept = std::move(one);
    } else {
      below = middle;
    }
  }
  kept.missed = true;
  return kept;
}

} // namespace pixmill::imaging
