#include "persistence/result_export.hpp"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "persistence/slot_cursor.hpp"

namespace pixmill::persistence {
namespace {

constexpr std::size_t step_bytes = 64 << 10;

} // namespace

class result_export::impl {
public:
  impl(const journal_store& journal, const job_record& job, sheet_rules rules,
       export_kind kind, results_style style)
      : journal_{journal}, job_{job.id}, csv_bytes_left_{job.csv_bytes},
        unanswered_{unanswered(job)},
        // What is wrong with the sheet was said when it was submitted.
        parser_{std::move(rules), [](const sheet_issue&) {}}, kind_{kind},
        style_{std::move(style)}, cursor_{journal.slots_from(job.id, {})} {
    // nop
  }

  caf::expected<bool> next(std::string& out);

private:
  caf::expected<bool> feed();
  caf::expected<caf::unit_t> collect();
  caf::expected<caf::unit_t> advance();
  void start(std::string& out);
  void write(std::string& out);

  const journal_store& journal_;
  std::string job_;
  std::uint64_t csv_bytes_left_;
  outcome unanswered_;
  sheet_parser parser_;
  export_kind kind_;
  results_style style_;
  std::variant<std::monostate, results_csv, failed_csv> writer_;
  bool started_ = false;
  std::uint32_t next_chunk_ = 0;
  bool fed_all_ = false;
  sheet_row row_;
  std::vector<outcome> outcomes_;
  // The outcome that the cursor stands at; of no row (0) once there is none.
  slot_cursor cursor_;
  bool cursor_started_ = false;
  slot_id at_;
  outcome recorded_;
};

// Hands the next chunk to the parser; false: there is none left to hand over.
caf::expected<bool> result_export::impl::feed() {
  if (fed_all_)
    return false;
  const auto chunk = journal_.csv_chunk(job_, next_chunk_);
  if (!chunk)
    return chunk.error();
  ++next_chunk_;
  if (chunk->empty() && csv_bytes_left_ > 0)
    return make_error(errc::store_corrupt, job_ + ": the last "
                                             + std::to_string(csv_bytes_left_)
                                             + " bytes of its sheet are gone");
  csv_bytes_left_ -= std::min<std::uint64_t>(csv_bytes_left_, chunk->size());
  if (chunk->empty()) {
    fed_all_ = true;
    parser_.finish();
  } else {
    parser_.feed(*chunk);
  }
  return true;
}

caf::expected<caf::unit_t> result_export::impl::advance() {
  const auto more = cursor_.next(at_, recorded_);
  if (!more)
    return more.error();
  if (!*more)
    at_.row = 0;
  return caf::unit;
}

// Both come in order of rows, so that one pass over each joins them.
caf::expected<caf::unit_t> result_export::impl::collect() {
  outcomes_.assign(row_.slots.size(), unanswered_);
  if (!std::exchange(cursor_started_, true))
    if (auto moved = advance(); !moved)
      return moved;
  while (at_.row != 0 && at_.row <= row_.row) {
    if (at_.row == row_.row && at_.index < outcomes_.size())
      outcomes_[at_.index] = std::move(recorded_);
    if (auto moved = advance(); !moved)
      return moved;
  }
  return caf::unit;
}

void result_export::impl::start(std::string& out) {
  if (std::exchange(started_, true))
    return;
  if (kind_ == export_kind::results_csv)
    writer_.emplace<results_csv>(parser_.header(), style_).write_header(out);
  else if (kind_ == export_kind::failed_csv)
    writer_.emplace<failed_csv>(parser_.header()).write_header(out);
}

void result_export::impl::write(std::string& out) {
  if (const auto* results = std::get_if<results_csv>(&writer_))
    results->write_row(row_, outcomes_, out);
  else if (const auto* failed = std::get_if<failed_csv>(&writer_))
    failed->write_row(row_, outcomes_, out);
  else
    write_jsonl(row_, outcomes_, style_, parser_.header(), out);
}

caf::expected<bool> result_export::impl::next(std::string& out) {
  const auto enough = out.size() + step_bytes;
  while (out.size() < enough) {
    if (!parser_.next(row_)) {
      if (parser_.stopped())
        return make_error(errc::csv_invalid,
                          job_ + ": its sheet can no longer be read");
      const auto fed = feed();
      if (!fed)
        return fed.error();
      if (*fed)
        continue;
      start(out);
      return false;
    }
    start(out);
    if (auto collected = collect(); !collected)
      return collected.error();
    write(out);
  }
  return true;
}

result_export::result_export(const journal_store& journal,
                             const job_record& job, sheet_rules rules,
                             export_kind kind, results_style style)
    : impl_{std::make_unique<impl>(journal, job, std::move(rules), kind,
                                   std::move(style))} {
  // nop
}

result_export::~result_export() = default;

caf::expected<bool> result_export::next(std::string& out) {
  return impl_->next(out);
}

} // namespace pixmill::persistence
