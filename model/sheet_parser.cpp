#include <algorithm>
#include <optional>
#include <utility>

#include "model/csv_reader.hpp"
#include "model/header_row.hpp"
#include "model/row_shape.hpp"
#include "model/sheet.hpp"
#include "model/sheet_findings.hpp"
#include "model/sheet_source.hpp"
#include "model/url_list.hpp"
#include "model/url_noise.hpp"
#include "model/url_text.hpp"

namespace pixmill {
namespace {

bool has_scheme_inside(std::string_view text) noexcept {
  return text.find("://") != text.npos;
}

} // namespace

class sheet_parser::impl {
public:
  impl(sheet_rules rules, issue_sink on_issue)
      : rules_{std::move(rules)}, findings_{std::move(on_issue)},
        source_{rules_.max_bytes}, reader_{rules_.max_cell_bytes + (1 << 20)} {}

  void feed(std::string_view bytes) {
    if (!stopped_)
      source_.feed(bytes);
  }

  void finish() {
    source_.finish();
  }

  bool next(sheet_row& out) {
    while (!stopped_) {
      if (!header_known_ && !settle_header())
        return false;
      if (stopped_ || !next_record())
        return false;
      if (read_row(out))
        return true;
    }
    return false;
  }

  std::optional<sheet_mark> mark() const {
    const auto start = source_.text_start();
    if (!start || resumed_ || put_back_ || !reader_.starts_afresh())
      return std::nullopt;
    return sheet_mark{rows_ + 1, reader_.line(), *start + reader_.position()};
  }

  void resume(const sheet_mark& at) {
    source_.restart();
    reader_.restart(at.line);
    put_back_.reset();
    rows_ = at.row - 1;
    resumed_ = true;
    text_ended_ = ended_ = stopped_ = false;
  }

  bool stopped() const noexcept {
    return stopped_;
  }

  const sheet_header& header() const noexcept {
    return header_;
  }

private:
  // -- text -------------------------------------------------------------------

  // Brings more text to the reader; false when none is there yet, or ever.
  bool refill() {
    if (source_.pull(reader_.buffer())) {
      report_encoding();
      return true;
    }
    if (!source_.exhausted() || std::exchange(text_ended_, true))
      return false;
    if (source_.fault() != source_fault::none) {
      end(); // What is left is half a row.
      return false;
    }
    reader_.finish();
    return true;
  }

  void report_encoding() {
    if (!std::exchange(encoding_reported_, true)
        && source_.encoding() != text_encoding::utf8)
      findings_.encoding(to_string(source_.encoding()));
  }

  // Leaves the next record in `record_`: the one put back, or a new one.
  bool next_record() {
    if (put_back_) {
      std::swap(record_, *put_back_);
      put_back_.reset();
      return true;
    }
    for (;;) {
      switch (reader_.next(header_.delimiter, record_)) {
      case csv_reader::step::record:
        if (!is_blank_row())
          return true;
        findings_.blank_row(record_.line);
        break;
      case csv_reader::step::too_long:
        stop_at_cap("max-cell-bytes", rules_.max_cell_bytes, rows_ + 1,
                    reader_.line());
        return false;
      case csv_reader::step::too_wide:
        stop_at_cap("max-columns", csv_reader::most_fields, rows_ + 1,
                    reader_.line());
        return false;
      case csv_reader::step::end:
        if (!refill()) {
          end();
          return false;
        }
        break;
      case csv_reader::step::more:
        if (!refill())
          return false;
        break;
      }
    }
  }

  bool is_blank_row() const noexcept {
    return std::all_of(
      record_.fields.begin(),
      record_.fields.begin() + static_cast<std::ptrdiff_t>(record_.count),
      [](const auto& x) {
        return x.text.find_first_not_of(" \t") == std::string::npos;
      });
  }

  void end() {
    if (std::exchange(ended_, true))
      return;
    if (source_.fault() == source_fault::max_bytes)
      return stop_at_cap("max-bytes", rules_.max_bytes, 0, 0);
    if (source_.fault() != source_fault::none) {
      stopped_ = true;
      return findings_.unreadable(source_.fault());
    }
    if (source_.first_stray())
      findings_.stray_bytes();
    if (rows_ == 0) {
      stopped_ = true;
      findings_.no_rows();
    }
  }

  // -- header -----------------------------------------------------------------

  // Reads as much as it takes to know the columns; false: more bytes needed.
  bool settle_header() {
    if (!first_line_) {
      std::string_view line;
      while (!reader_.peek_line(line))
        if (!refill())
          return stopped_;
      header_.delimiter = sniff_delimiter(line);
      if (!next_record())
        return stopped_;
      unwrap();
      first_line_ = std::exchange(record_, {});
    }
    const auto roles = find_columns(*first_line_, rules_.columns);
    if (roles.complete())
      return take_header(roles);
    if (!roles.any() && any_scheme(*first_line_))
      return take_no_header();
    // Unknown names: the first row must tell.
    if (!next_record())
      return stopped_;
    unwrap();
    put_back_ = std::exchange(record_, {});
    return take_header(by_position(roles));
  }

  static bool any_scheme(const csv_record& record) {
    return std::any_of(record.fields.begin(),
                       record.fields.begin()
                         + static_cast<std::ptrdiff_t>(record.count),
                       [](const auto& x) { return has_scheme_inside(x.text); });
  }

  column_roles by_position(column_roles roles) const {
    const auto& row = *put_back_;
    if (row.count < 3 || !has_scheme_inside(row.fields[2].text)
        || (roles.urls ? *roles.urls != 2 : !rules_.columns.urls.empty()))
      return roles;
    const auto free = [&](std::size_t i) {
      return roles.serial != i && roles.name != i && roles.urls != i;
    };
    roles.urls = 2;
    if (!roles.serial && rules_.columns.serial.empty() && free(0))
      roles.serial = 0;
    if (!roles.name && rules_.columns.name.empty() && free(1))
      roles.name = 1;
    return roles;
  }

  bool take_header(const column_roles& roles) {
    auto& line = *first_line_;
    header_.present = true;
    header_known_ = true;
    // A column that only its place names may lack a header.
    const auto least =
      std::max({roles.serial.value_or(0), roles.name.value_or(0),
                roles.urls.value_or(0)})
      + 1;
    while (line.count < least)
      line.add();
    while (line.count > least
           && without_noise(line.fields[line.count - 1].text).empty())
      --line.count;
    for (std::size_t i = 0; i < line.count; ++i)
      header_.cells.push_back(line.fields[i].text);
    header_.width = line.count;
    if (!roles.complete()) {
      findings_.missing_columns(header_, roles, first_line_->line);
      stopped_ = true;
      return true;
    }
    header_.serial = *roles.serial;
    header_.name = *roles.name;
    header_.urls = *roles.urls;
    header_.output = roles.output.value_or(sheet_header::npos);
    return true;
  }

  bool take_no_header() {
    auto& line = *first_line_;
    header_known_ = true;
    const auto end =
      line.fields.begin() + static_cast<std::ptrdiff_t>(line.count);
    const auto is_url = [](const auto& x) { return has_scheme_inside(x.text); };
    const auto urls = std::find_if(
      line.fields.begin()
        + static_cast<std::ptrdiff_t>(std::min<std::size_t>(line.count, 2)),
      end, is_url);
    const bool list_follows = std::all_of(
      urls, end, [&](const auto& x) { return x.text.empty() || is_url(x); });
    header_.width = list_follows ? 3 : std::max<std::size_t>(line.count, 3);
    put_back_ = std::exchange(line, {});
    return true;
  }

  // C5: a line wrapped in one pair of quotes as a whole.
  void unwrap() {
    const auto& first = record_.fields[0];
    if (!first.quoted || (header_known_ && header_.width < 2)
        || first.text.find(header_.delimiter) == std::string::npos)
      return;
    for (std::size_t i = 1; i < record_.count; ++i)
      if (!record_.fields[i].text.empty())
        return;
    if (record_.count > 1 && header_known_ && !has_scheme_inside(first.text))
      return;
    if (!csv_reader::split(first.text, header_.delimiter, inner_)
        || inner_.count < 2)
      return;
    inner_.line = record_.line;
    std::swap(record_, inner_);
  }

  // -- rows -------------------------------------------------------------------

  bool read_row(sheet_row& out) {
    unwrap();
    out.row = ++rows_;
    out.line = record_.line;
    if (rows_ > rules_.max_rows) {
      stop_at_cap("max-rows", rules_.max_rows, rows_, record_.line);
      return false;
    }
    const auto shape = shape_row(record_, header_, out.cells);
    for (const auto& cell : out.cells)
      if (cell.size() > rules_.max_cell_bytes) {
        stop_at_cap("max-cell-bytes", rules_.max_cell_bytes, out.row, out.line);
        return false;
      }
    if (record_.repaired)
      findings_.repaired(out);
    findings_.shape(out, shape);
    if (shape == row_shape::ambiguous) {
      out.slots.assign(1, {.url = {}, .problem = "ambiguous-overflow"});
      return true;
    }
    return read_slots(out);
  }

  // PHP writes `/` as `\/` in JSON.
  const std::string& without_escapes(const std::string& cell) {
    if (!cell.starts_with('[') || cell.find("\\/") == std::string::npos)
      return cell;
    unescaped_.clear();
    for (std::size_t i = 0; i < cell.size(); ++i)
      if (cell[i] != '\\' || i + 1 == cell.size() || cell[i + 1] != '/')
        unescaped_ += cell[i];
    return unescaped_;
  }

  bool read_slots(sheet_row& out) {
    const auto& cell = without_escapes(out.cells[header_.urls]);
    split_url_list(cell, std::size_t{rules_.max_slots_per_row} + 1, entries_);
    if (entries_.size() > rules_.max_slots_per_row) {
      stop_at_cap("max-slots-per-row", rules_.max_slots_per_row, out.row,
                  out.line);
      return false;
    }
    if (entries_.empty())
      findings_.no_urls(out, header_);
    out.slots.resize(entries_.size());
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const auto& entry = entries_[i];
      auto& slot = out.slots[i];
      read_url(entry.text, rules_, slot);
      findings_.slot(out, header_, i, entry);
    }
    return true;
  }

  void stop_at_cap(const char* cap, std::uint64_t value, std::uint32_t row,
                   std::uint64_t line) {
    stopped_ = true;
    findings_.cap(cap, value, row, line);
  }

  sheet_rules rules_;
  sheet_findings findings_;
  sheet_source source_;
  csv_reader reader_;
  sheet_header header_;
  csv_record record_;
  csv_record inner_;      // Of a record that was wrapped in quotes.
  std::string unescaped_; // Of a URL cell in JSON.
  std::optional<csv_record> put_back_;
  std::optional<csv_record> first_line_;
  std::vector<url_entry> entries_;
  std::uint32_t rows_ = 0;
  bool header_known_ = false;
  bool encoding_reported_ = false;
  bool text_ended_ = false;
  bool ended_ = false;
  bool stopped_ = false;
  bool resumed_ = false;
};

sheet_parser::sheet_parser(sheet_rules rules, issue_sink on_issue)
    : impl_{std::make_unique<impl>(std::move(rules), std::move(on_issue))} {}

sheet_parser::~sheet_parser() = default;
sheet_parser::sheet_parser(sheet_parser&&) noexcept = default;
sheet_parser& sheet_parser::operator=(sheet_parser&&) noexcept = default;

void sheet_parser::feed(std::string_view bytes) {
  impl_->feed(bytes);
}

void sheet_parser::finish() {
  impl_->finish();
}

bool sheet_parser::next(sheet_row& out) {
  return impl_->next(out);
}

std::optional<sheet_mark> sheet_parser::mark() const {
  return impl_->mark();
}

void sheet_parser::resume(const sheet_mark& at) {
  impl_->resume(at);
}

bool sheet_parser::stopped() const noexcept {
  return impl_->stopped();
}

const sheet_header& sheet_parser::header() const noexcept {
  return impl_->header();
}

} // namespace pixmill
