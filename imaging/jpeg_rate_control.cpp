#include "imaging/jpeg_rate_control.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "imaging/jpeg_similarity.hpp"
#include "imaging/jpeg_tables.hpp"

namespace pixmill::imaging {

namespace {

/// One byte of so many is 0xff and takes a zero behind it.
constexpr double stuffing = 1.0 / 200;

/// What to aim at and what to be content with, of the budget.
constexpr double aim = 0.9975;
constexpr double well_filled = 0.99;
/// What more tries are worth: of a small file, and of any.
constexpr double fairly_filled = 0.98;
constexpr double hardly_filled = 0.97;

/// As many rows are corrected as lets each of them change by a tenth.
constexpr double usual_leverage = 10;

constexpr double small_budget = 20'000;

/// So many are not worth a try: a single coefficient may take them.
constexpr double few_bytes = 16;

/// Symbols in the codes of a photograph.
constexpr double usual_symbols = 350;

/// Headers of small files are tried so often, while they differ by more than
/// this share of what is left beside them.
constexpr int most_heads = 4;
constexpr double head_matters = 0.05;

constexpr int most_corrections = 16;

/// One row of so many keeps its source where symbols take the others' place.
constexpr std::size_t kept_distance = 8;

/// These may change by this at most, or they would be seen among the others.
constexpr double most_kept_change = 0.25;

/// One pass may raise the price of a row by no more, and lower it.
constexpr double row_leeway = 2.5;

/// So many corrections raise the price of each row no further above the price
/// of all: a few rows that make up for all others are seen as such.
constexpr int fair_corrections = 6;

} // namespace

jpeg_rate_control::jpeg_rate_control(const jpeg_tokens& picture,
                                     const std::string& icc,
                                     compress_effort effort)
    : picture_(picture), icc_(icc), effort_(effort),
      source_rows_(rows_of(picture)), weights_(weights_for(picture)),
      rows_(source_rows_.size()),
      row_blocks_(picture.block_count() / picture.mcus_down) {
  pick_samples();
  token_rows sampled;
  for (std::size_t i = 0; i < samples_; ++i)
    sampled.push_back(source_rows_[order_[i]]);
  model_.emplace(picture, sampled, weights_);
}

budgeted_jpeg jpeg_rate_control::reach(std::size_t budget) {
  quantize_within(static_cast<double>(budget));
  budgeted_jpeg result;
  auto allowed = static_cast<double>(budget);
  // Headers of small files are hard to foresee, and small files cost little.
  auto enough = [&](int tries) {
    if (tries < 2)
      return well_filled;
    return allowed < small_budget && tries < 6 ? fairly_filled : hardly_filled;
  };
  auto leverage = usual_leverage;
  auto before = 0.0;
  auto wanted = 0.0;
  for (int i = 0; i < most_corrections; ++i) {
    auto size = static_cast<double>(count());
    // Rows that change by more than is asked for, as where coefficients of one
    // size vanish together, change in smaller numbers; in larger ones if they
    // hardly change.
    if (wanted != 0) {
      auto effect = (before - size) / wanted;
      leverage = effect < 0.3 ? leverage * 2
                              : leverage / std::clamp(effect, 1.0, leverage);
    }
    bool over = size > allowed;
    bool wasteful = size < enough(i) * allowed && allowed - size > few_bytes
                    && i < most_corrections / 2;
    if ((over && !is_coarsest()) || (wasteful && !is_finest())) {
      before = size;
      wanted = size - allowed * (over ? 0.999 : aim);
      if (!correct(wanted, 1 + 0.4 * i, leverage,
                   i < fair_corrections ? row_leeway
                                        : most_lambda / least_lambda)) {
        result.lost = true;
        return result;
      }
      continue;
    }
    result = emit();
    if (result.bytes.size() <= budget || is_coarsest())
      break;
    // More bytes of 0xff than usual.
    allowed -= static_cast<double>(result.bytes.size() - budget) + 2;
    result.bytes.clear();
  }
  if (result.bytes.empty()) {
    count(); // What the last correction left.
    result = emit();
  }
  result.missed = result.bytes.size() > budget;
  result.lost = result.missed && reused_ != nullptr;
  return result;
}

/// Quantizes all rows for about `budget` bytes with the header.
void jpeg_rate_control::quantize_within(double budget) {
  scans_.reset();
  density_ = 1;
  const auto least_head =
    static_cast<double>(header_bytes(picture_, scan_codes{}, icc_));
  // With the symbols that codes list: known only with the final codes, which
  // matters where they are a good part of the file.
  auto head = least_head + usual_symbols;
  for (int i = 0;; ++i) {
    auto room = [&] {
      return std::max({budget - head, (budget - least_head) / 2, 1.0});
    };
    auto bits = [&] { return room() * 8 / (1 + stuffing) * aim; };
    start(bits() / density_);
    learn();
    if (i == 0 && choose_scans(room()))
      head = head_bytes();
    search(bits());
    quantize_rest(bits() / density_);
    // What lies over its source cannot be done again.
    if (budget >= small_budget || i + 1 == most_heads || reused_ != nullptr)
      return;
    count();
    auto before = std::exchange(head, head_bytes());
    if (std::abs(head - before) < head_matters * room())
      return;
  }
}

/// Returns the bytes of the file beside its data, by the codes that there are.
double jpeg_rate_control::head_bytes() const {
  return static_cast<double>(scans_ ? scans_->header_bytes(icc_)
                                    : header_bytes(picture_, codes_, icc_));
}

void jpeg_rate_control::over_source(token_list& tokens) {
  reused_ = &tokens;
  kept_from_ =
    order_.size() - (order_.size() + kept_distance - 1) / kept_distance;
}

double jpeg_rate_control::taken_by(std::size_t place, std::size_t end) const {
  double bits = 0;
  for (; place < end; ++place)
    bits += rows_[order_[place]].bits;
  return bits;
}

std::span<std::uint32_t> jpeg_rate_control::symbols_of(std::size_t row) {
  auto& one = rows_[row];
  auto* words = (one.over_source ? *reused_ : reduced_).data();
  return {words + one.begin, words + one.end};
}

/// Moves the symbols of a row, the last of `reduced_`, if they fit.
void jpeg_rate_control::put_over_source(std::size_t row) {
  auto& one = rows_[row];
  auto words = symbols_of(row);
  auto place = picture_.rows[row];
  if (words.size() > picture_.rows[row + 1] - place)
    return;
  std::copy(words.begin(), words.end(), reused_->data() + place);
  if (one.end == reduced_.size())
    reduced_.end_at(reduced_.data() + one.begin);
  one.over_source = true;
  one.begin = place;
  one.end = place + words.size();
}

/// Lets the DC coefficients of a row follow upon `before`.
void jpeg_rate_control::join(std::size_t row, const dc_state& before) {
  auto words = symbols_of(row);
  auto& edges = rows_[row].edges;
  for (std::size_t i = 0; i < before.size(); ++i)
    if (edges.first[i])
      words[edges.first_at[i]] = make_dc_symbol(i, *edges.first[i] - before[i]);
}

void jpeg_rate_control::quantize(std::size_t row) {
  auto& source = source_rows_[row];
  forget(row);
  auto* to =
    reduced_.room_for(static_cast<std::size_t>(source.end - source.begin)
                      + most_extra_symbols * row_blocks_ + greedy_room);
  rows_[row].begin = reduced_.size();
  rows_[row].bits =
    quantizer_->run(row, source, to, pieces_, rows_[row].edges, *likeness_);
  reduced_.end_at(to);
  rows_[row].end = reduced_.size();
  rows_[row].lambda = quantizer_->lambda();
}

/// Takes the symbols of what was found for `row` before out of the counts.
void jpeg_rate_control::forget(std::size_t row) {
  if (rows_[row].begin == rows_[row].end)
    return;
  join(row, {});
  for (auto word : symbols_of(row))
    --pieces_[symbol_table(word)][symbol_code(word)];
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
  if (reused_ != nullptr) {
    // The last of them is the last of `reduced_`.
    for (auto place = samples_; place > 0; --place)
      put_over_source(order_[place - 1]);
  } else {
    // Once, instead of growing by copies.
    auto expected =
      static_cast<double>(reduced_.size()) * (1 + ahead / done_predicted);
    reduced_.room_for(static_cast<std::size_t>(expected * 1.03)
                      + most_extra_symbols * row_blocks_ + greedy_room
                      - reduced_.size());
  }
  const auto rest = order_.size() - samples_;
  for (auto place = samples_; place < order_.size(); ++place) {
    auto row = order_[place];
    auto quarter = (place - samples_) * 4 / rest;
    if (place != samples_ && quarter != (place - 1 - samples_) * 4 / rest) {
      // What is there takes this by its own codes.
      done = static_cast<double>(scan_bits(pieces_, best_codes(pieces_)));
      quantizer_->set_prices(pieces_);
    }
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
    if (place < kept_from_)
      put_over_source(row);
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
  if (scans_) {
    std::vector<jpeg_scans::row> rows;
    for (std::size_t row = 0; row < rows_.size(); ++row)
      rows.push_back({symbols_of(row), &rows_[row].edges});
    const auto sorted = static_cast<double>(scans_->sort(rows)) / 8;
    density_ = sorted / std::exchange(data, sorted);
  }
  return static_cast<std::size_t>(head_bytes() + data * (1 + stuffing)) + 3;
}

/// Quantizes some rows again so that the file loses `bytes`.
/// @param force By how much more than usual, where that was not enough.
/// @param leverage So many times `bytes` these rows take.
/// @param leeway   How far their prices may be above the price of all.
/// @returns Whether there are enough rows that can be quantized again.
bool jpeg_rate_control::correct(double bytes, double force, double leverage,
                                double leeway) {
  quantizer_->set_prices(counts_);
  auto excess = bytes * 8 / density_;
  auto first = order_.size();
  double slice = 0;
  while (first > kept_from_ && slice < std::abs(excess) * leverage)
    slice += rows_[order_[--first]].bits;
  if (reused_ != nullptr && std::abs(excess) > slice * most_kept_change)
    return false;
  auto step =
    lambda_step(std::pow(1 / std::clamp(1 - excess / slice, 0.3, 3.0), force));
  for (auto place = first; place < order_.size(); ++place) {
    auto row = order_[place];
    auto fair = std::min(rows_[row].lambda * step, lambda_ * leeway);
    quantizer_->set_lambda(std::clamp(fair, least_lambda, most_lambda));
    quantize(row);
  }
  return true;
}

budgeted_jpeg jpeg_rate_control::emit() {
  jpeg_tokens frame;
  frame.width = picture_.width;
  frame.height = picture_.height;
  frame.components = picture_.components;
  frame.colour_segments = picture_.colour_segments;
  for (std::size_t i = 0; i < tables_.size(); ++i)
    frame.components[i].table = tables_[i];
  budgeted_jpeg result;
  if (scans_) {
    result.bytes = scans_->emit(frame, icc_);
  } else {
    std::vector<symbol_row> rows;
    dc_state before{};
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      join(row, before);
      before = rows_[row].edges.last;
      rows.push_back(symbols_of(row));
    }
    result.bytes =
      emit_jpeg(frame, rows, codes_, scan_bits(counts_, codes_), icc_);
  }
  result.quality = quality_of(tables_[0]);
  result.likeness = likeness_->result();
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

std::optional<budgeted_jpeg> best_over_source(jpeg_tokens& picture,
                                              const std::string& icc,
                                              compress_effort effort,
                                              std::size_t budget) {
  jpeg_rate_control control(picture, icc, effort);
  control.over_source(picture.tokens);
  auto found = control.reach(budget);
  picture.tokens.clear();
  if (found.lost)
    return std::nullopt;
  return found;
}

} // namespace pixmill::imaging
