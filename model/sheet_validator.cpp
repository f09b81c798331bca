#include <array>
#include <utility>

#include <xxhash.h>

#include "model/hash_set.hpp"
#include "model/sheet.hpp"
#include "model/sheet_findings.hpp"

namespace pixmill {
namespace {

constexpr std::size_t most_kept = 1'000;

bool is_cap(std::string_view code) noexcept {
  return code.starts_with("max-");
}

} // namespace

class sheet_validator::impl {
public:
  explicit impl(sheet_rules rules)
      : parser_{std::move(rules),
                [this](sheet_issue issue) { keep(std::move(issue)); }},
        findings_{[this](sheet_issue issue) { keep(std::move(issue)); }} {}

  void feed(std::string_view bytes) {
    parser_.feed(bytes);
    drain();
  }

  sheet_summary finish() {
    parser_.finish();
    drain();
    summary_.stopped = parser_.stopped();
    insert_urls();
    summary_.totals.unique = urls_.size();
    return std::move(summary_);
  }

private:
  void drain() {
    while (parser_.next(row_)) {
      summary_.totals.rows = row_.row;
      summary_.totals.slots += row_.slots.size();
      for (const auto& slot : row_.slots) {
        if (slot.problem.empty())
          note_url(XXH3_64bits(slot.url.data(), slot.url.size()));
        else
          ++summary_.invalid_slots;
      }
      check_serial();
      if (row_.row % rows_between_marks == 0)
        if (auto mark = parser_.mark())
          summary_.marks.push_back(*mark);
    }
  }

  void note_url(std::uint64_t hash) {
    urls_.prefetch(hash);
    new_urls_[new_count_++] = hash;
    if (new_count_ == new_urls_.size())
      insert_urls();
  }

  void insert_urls() {
    for (std::size_t i = 0; i < new_count_; ++i)
      urls_.insert(new_urls_[i]);
    new_count_ = 0;
  }

  void check_serial() {
    const auto& header = parser_.header();
    const auto& serial = row_.cells[header.serial];
    if (serial.empty()
        || serials_.insert(XXH3_64bits(serial.data(), serial.size())))
      return;
    findings_.duplicate_serial(row_, header);
  }

  void keep(sheet_issue issue) {
    auto& total =
      issue.warning ? summary_.warnings_total : summary_.errors_total;
    auto& list = issue.warning ? summary_.warnings : summary_.errors;
    ++total;
    if (!issue.warning && is_cap(issue.code))
      summary_.limit = issue.code;
    if (list.size() < most_kept)
      list.push_back(std::move(issue));
  }

  sheet_summary summary_;
  sheet_parser parser_;
  sheet_findings findings_;
  sheet_row row_;
  hash_set urls_;
  std::array<std::uint64_t, 32> new_urls_{}; // Prefetched, not yet in `urls_`.
  std::size_t new_count_ = 0;
  hash_set serials_;
};

sheet_validator::sheet_validator(sheet_rules rules)
    : impl_{std::make_unique<impl>(std::move(rules))} {}

sheet_validator::~sheet_validator() = default;
sheet_validator::sheet_validator(sheet_validator&&) noexcept = default;
sheet_validator&
sheet_validator::operator=(sheet_validator&&) noexcept = default;

void sheet_validator::feed(std::string_view bytes) {
  impl_->feed(bytes);
}

sheet_summary sheet_validator::finish() {
  return impl_->finish();
}

} // namespace pixmill
