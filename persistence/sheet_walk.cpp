#include "persistence/sheet_walk.hpp"

#include <algorithm>
#include <utility>

#include "model/errc.hpp"
#include "persistence/record_codec.hpp"

namespace pixmill::persistence {
namespace {

// A row that is looked up needs little text; a walk over many needs much.
constexpr std::size_t first_step = 16 << 10;

} // namespace

sheet_walk::sheet_walk(const journal_store& journal, const job_record& job,
                       sheet_rules rules)
    : journal_{journal}, job_{job.id},
      csv_bytes_{job.csv_bytes}, rules_{std::move(rules)} {
  begin();
}

void sheet_walk::begin() {
  // What is wrong with the sheet was said when it was submitted.
  parser_.emplace(rules_, [](const sheet_issue&) {});
  held_ = fed_all_ = false;
  next_row_ = 1;
  next_chunk_ = 0;
  chunk_.clear();
  chunk_used_ = 0;
  step_ = first_step;
  fed_bytes_ = 0;
}

// Hands more of the sheet to the parser; false: there is none left.
caf::expected<bool> sheet_walk::feed() {
  if (fed_all_)
    return false;
  if (chunk_used_ == chunk_.size()) {
    auto chunk = journal_.csv_chunk(job_, next_chunk_++);
    if (!chunk)
      return std::move(chunk.error());
    chunk_ = std::move(*chunk);
    chunk_used_ = 0;
    if (chunk_.empty() && fed_bytes_ < csv_bytes_)
      return make_error(errc::store_corrupt,
                        job_ + ": the last "
                          + std::to_string(csv_bytes_ - fed_bytes_)
                          + " bytes of its sheet are gone");
  }
  const auto part = std::string_view{chunk_}.substr(chunk_used_, step_);
  if (part.empty()) {
    fed_all_ = true;
    parser_->finish();
    return true;
  }
  parser_->feed(part);
  chunk_used_ += part.size();
  fed_bytes_ += part.size();
  step_ = std::min(2 * step_, journal_store::csv_chunk_bytes);
  return true;
}

caf::expected<bool> sheet_walk::read() {
  while (!parser_->next(row_)) {
    if (parser_->stopped())
      return make_error(errc::csv_invalid,
                        job_ + ": its sheet can no longer be read");
    const auto fed = feed();
    if (!fed || !*fed)
      return fed;
  }
  next_row_ = row_.row + 1;
  return true;
}

caf::expected<bool> sheet_walk::next() {
  if (std::exchange(held_, false))
    return true;
  return read();
}

caf::expected<std::optional<sheet_mark>>
sheet_walk::mark_before(std::uint32_t row) {
  if (!marks_) {
    const auto stored = journal_.csv_chunk(job_, marks_chunk);
    if (!stored)
      return stored.error();
    marks_.emplace();
    if (!stored->empty() && !decode(*stored, *marks_))
      return make_error(errc::store_corrupt,
                        job_ + ": the marks of its sheet are damaged");
  }
  const auto behind = std::upper_bound(
    marks_->begin(), marks_->end(), row,
    [](std::uint32_t x, const sheet_mark& mark) { return x < mark.row; });
  if (behind == marks_->begin())
    return std::optional<sheet_mark>{};
  return std::optional{*std::prev(behind)};
}

caf::expected<caf::unit_t> sheet_walk::resume(const sheet_mark& mark) {
  parser_->resume(mark);
  held_ = fed_all_ = false;
  next_row_ = mark.row;
  constexpr std::uint64_t size = journal_store::csv_chunk_bytes;
  const auto index = static_cast<std::uint32_t>(mark.offset / size);
  if (next_chunk_ != index + 1 || chunk_.empty()) {
    auto chunk = journal_.csv_chunk(job_, index);
    if (!chunk)
      return std::move(chunk.error());
    chunk_ = std::move(*chunk);
    next_chunk_ = index + 1;
  }
  chunk_used_ = std::min<std::size_t>(mark.offset % size, chunk_.size());
  fed_bytes_ = mark.offset;
  step_ = first_step;
  return caf::unit;
}

caf::expected<caf::unit_t> sheet_walk::seek(std::uint32_t row) {
  if (next_row_ == 1) {
    // The header is read before anything else.
    const auto any = read();
    if (!any)
      return any.error();
    held_ = *any;
    if (!held_)
      return caf::unit;
  }
  if (held_ && row_.row == row)
    return caf::unit;
  const auto ahead = held_ ? row_.row : next_row_;
  const auto mark = mark_before(row);
  if (!mark)
    return mark.error();
  if (*mark && (row < ahead || (*mark)->row > ahead)) {
    if (auto resumed = resume(**mark); !resumed)
      return resumed;
  } else if (row < ahead) {
    begin();
  }
  // A row that is held stands before the one that is wanted.
  held_ = false;
  do {
    const auto any = read();
    if (!any)
      return any.error();
    if (!*any)
      return caf::unit;
  } while (row_.row < row);
  held_ = true;
  return caf::unit;
}

} // namespace pixmill::persistence
