#include "model/csv_reader.hpp"

#include <algorithm>

#include "model/byte_scan.hpp"

namespace pixmill {
namespace {

constexpr auto forever = static_cast<std::size_t>(-1);

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

bool is_blank_line(std::string_view line) noexcept {
  // 0x1A ends a text of DOS.
  return line.find_first_not_of(" \t\x1a") == line.npos;
}

} // namespace

csv_record::field& csv_record::add() {
  if (count == fields.size())
    fields.emplace_back();
  auto& next = fields[count++];
  next.text.clear();
  next.quoted = false;
  return next;
}

// Where a record is being read. A record that is cut by the end of the text is
// read again from its start when more has come.
struct csv_reader::cursor {
  enum class verdict : std::uint8_t { whole, cut, unclosed, run_on, too_wide };

  const char* at;
  const char* last;
  char delimiter;
  bool whole_text;      ///< Whether no more text comes.
  bool literal = false; ///< Whether quotes mean nothing.
  std::uint64_t lines = 0;

  verdict read(csv_record& out) {
    out.count = 0;
    out.repaired = false;
    while (out.count < most_fields) {
      auto& field = out.add();
      const auto* start = at;
      while (start != last && is_blank(*start) && *start != delimiter)
        ++start;
      if (!literal && start != last && *start == '"') {
        at = start + 1;
        if (const auto v = read_quoted(field, out.repaired);
            v != verdict::whole)
          return v;
      } else {
        read_plain(field, out.repaired);
      }
      if (at == last)
        return whole_text ? verdict::whole : verdict::cut;
      if (*at != delimiter)
        return end_line();
      ++at;
    }
    return verdict::too_wide;
  }

  void read_plain(csv_record::field& field, bool& repaired) {
    bool quotes = false;
    const auto* end = find_any(at, last, delimiter, '\n', '\r', '"');
    while (end != last && *end == '"') {
      quotes = true;
      end = find_any(end + 1, last, delimiter, '\n', '\r', '"');
    }
    const std::string_view text{at, end};
    at = end;
    if (quotes && literal && text == "\"\"")
      return; // An empty field is one even where quotes are not trusted.
    field.text.assign(text);
    repaired = repaired || quotes;
  }

  // Reads up to the delimiter or line end behind the closing quote.
  verdict read_quoted(csv_record::field& field, bool& repaired) {
    field.quoted = true;
    bool stray = false;
    bool broken = false;       // Whether the field goes over a line's end.
    const auto* url_from = at; // Where no "://" has been looked for.
    bool url = false;
    // Rows with URLs that a quote too many has run together look like a cell
    // with line breaks, quotes inside and a URL; no name looks like that.
    const auto run_on = [&] {
      if (!stray || !broken || url)
        return url && stray && broken;
      url = std::string_view{url_from, at}.find("://") != std::string::npos;
      url_from =
        std::max(url_from, at - std::min<std::ptrdiff_t>(2, at - url_from));
      return url;
    };
    for (;;) {
      const auto* end = find_any(at, last, '"', '\n', '\r', '"');
      field.text.append(at, end);
      at = end;
      if (at == last)
        return whole_text ? verdict::unclosed : verdict::cut;
      if (*at != '"') {
        broken = true;
        if (*at == '\n' || at + 1 == last || at[1] != '\n')
          ++lines;
        field.text.push_back(*at++);
        continue;
      }
      if (++at == last && !whole_text)
        return verdict::cut;
      if (at != last && *at == '"') {
        field.text.push_back('"');
        ++at;
        continue;
      }
      const auto* behind = at;
      while (behind != last && is_blank(*behind) && *behind != delimiter)
        ++behind;
      if (behind == last && !whole_text)
        return verdict::cut;
      const bool closes = behind == last || *behind == delimiter
                          || *behind == '\n' || *behind == '\r';
      stray = stray || !closes;
      if (run_on())
        return verdict::run_on;
      if (closes) {
        at = behind;
        return verdict::whole;
      }
      repaired = true; // A quote in the middle of a quoted field.
      field.text.push_back('"');
    }
  }

  verdict end_line() {
    ++lines;
    if (*at == '\r') {
      if (at + 1 == last && !whole_text)
        return verdict::cut; // Whether an LF follows is not known.
      ++at;
      if (at != last && *at == '\n')
        ++at;
      return verdict::whole;
    }
    ++at;
    return verdict::whole;
  }
};

csv_reader::csv_reader(std::uint64_t max_record_bytes) noexcept
    : max_record_bytes_{max_record_bytes} {}

std::string& csv_reader::buffer() {
  // What was used goes when it is more than what is left, so that the moving
  // costs no more than the reading.
  if (used_ > text_.size() / 2) {
    text_.erase(0, used_);
    erased_ += used_;
    for (auto* place : {&retry_at_, &peeked_, &literal_until_})
      if (*place != forever)
        *place -= std::min(*place, used_);
    used_ = 0;
  }
  return text_;
}

void csv_reader::finish() noexcept {
  finished_ = true;
}

void csv_reader::restart(std::uint64_t line) {
  text_.clear();
  used_ = retry_at_ = peeked_ = literal_until_ = 0;
  line_ = line;
  finished_ = false;
}

/// Answers whether a line begins behind the line ends that were skipped.
bool csv_reader::skip_line_ends() {
  while (used_ < text_.size()) {
    const char c = text_[used_];
    if (c != '\n' && c != '\r')
      return true;
    const bool ends_text = used_ + 1 == text_.size();
    if (c == '\r' && ends_text && !finished_)
      return false; // Whether an LF follows is not known.
    used_ += c == '\r' && !ends_text && text_[used_ + 1] == '\n' ? 2 : 1;
    ++line_;
  }
  return false;
}

bool csv_reader::peek_line(std::string_view& line) {
  for (;;) {
    line = {};
    if (!skip_line_ends())
      return finished_;
    const auto end = text_.find_first_of("\r\n", std::max(used_, peeked_));
    if (end == std::string::npos && !finished_) {
      peeked_ = text_.size();
      return text_.size() - used_ > max_record_bytes_;
    }
    line = std::string_view{text_}.substr(used_, end - used_);
    if (!is_blank_line(line))
      return true;
    used_ = std::min(end, text_.size());
  }
}

csv_reader::cursor csv_reader::look(char delimiter) const {
  // No more than the cap shows, so that what is too long does not depend on
  // how much has come.
  const auto left = text_.size() - used_;
  const auto seen = left > max_record_bytes_
                      ? static_cast<std::size_t>(max_record_bytes_) + 1
                      : left;
  return {.at = text_.data() + used_,
          .last = text_.data() + used_ + seen,
          .delimiter = delimiter,
          .whole_text = finished_ && seen == left,
          .literal = used_ < literal_until_};
}

/// Notes up to where quotes mean nothing. A quote that opens before that would
/// meet the same end, and looking for it each time would be quadratic.
void csv_reader::distrust_quotes(const cursor& reading) {
  if (reading.at == reading.last) {
    literal_until_ = forever;
    return;
  }
  const auto at = static_cast<std::size_t>(reading.at - text_.data()) - 1;
  literal_until_ = text_.find_last_of("\r\n", at) + 1;
}

csv_reader::step csv_reader::next(char delimiter, csv_record& out) {
  for (;;) {
    if (!skip_line_ends())
      return finished_ ? step::end : step::more;
    if (!finished_ && text_.size() < retry_at_)
      return step::more;
    auto reading = look(delimiter);
    auto verdict = reading.read(out);
    if (verdict == cursor::verdict::unclosed
        || verdict == cursor::verdict::run_on) {
      distrust_quotes(reading);
      reading = look(delimiter);
      verdict = reading.read(out);
    }
    if (verdict == cursor::verdict::too_wide)
      return step::too_wide;
    const auto length =
      static_cast<std::size_t>(reading.at - text_.data()) - used_;
    if (verdict == cursor::verdict::cut
          ? text_.size() - used_ > max_record_bytes_
          : length > max_record_bytes_)
      return step::too_long;
    if (verdict == cursor::verdict::cut) {
      // Reading it again only when it has doubled keeps a long cell linear.
      const auto size = text_.size() - used_;
      retry_at_ =
        used_ + std::min<std::uint64_t>(2 * size, max_record_bytes_ + 1);
      return step::more;
    }
    retry_at_ = 0;
    out.line = line_;
    line_ += reading.lines;
    used_ += length;
    if (out.count > 1 || out.fields[0].quoted
        || !is_blank_line(out.fields[0].text))
      return step::record;
  }
}

bool csv_reader::split(std::string_view text, char delimiter, csv_record& out) {
  cursor reading{.at = text.data(),
                 .last = text.data() + text.size(),
                 .delimiter = delimiter,
                 .whole_text = true};
  auto verdict = reading.read(out);
  if (verdict == cursor::verdict::unclosed
      || verdict == cursor::verdict::run_on) {
    reading.at = text.data();
    reading.literal = true;
    verdict = reading.read(out);
  }
  return verdict == cursor::verdict::whole && reading.at == reading.last;
}

} // namespace pixmill
