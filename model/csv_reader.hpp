#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pixmill {

/// One record of delimited text. Its memory is reused from record to record.
struct csv_record {
  struct field {
    std::string text;
    bool quoted = false;
  };

  std::vector<field> fields; ///< The first `count` are this record's.
  std::size_t count = 0;
  std::uint64_t line = 0; ///< Physical line on which it starts, from 1.
  /// Whether a quote stood where RFC 4180 allows none.
  bool repaired = false;

  field& add();
};

/// Cuts text into records (RFC 4180), leniently: a quote inside a field stays,
/// blanks round a quoted field go, and a quote that is never closed, or only
/// in a later row, is text. Lines end with LF, CRLF or CR; blank lines are
/// skipped but counted. Time is linear in the text, whatever it holds.
class csv_reader {
public:
  enum class step : std::uint8_t {
    record,
    more, ///< The record is not whole yet.
    end,
    too_long, ///< A record passes the cap.
    too_wide, ///< A record has more than `most_fields`.
  };

  /// Cap on the fields of a record, so that a line of nothing but delimiters
  /// does not fill the memory.
  static constexpr std::size_t most_fields = 65'536;

  /// @param max_record_bytes Cap on one record.
  explicit csv_reader(std::uint64_t max_record_bytes) noexcept;

  /// Returns where the next text is to be appended.
  std::string& buffer();

  void finish() noexcept;

  /// Returns the first line that is not blank, or nothing while it is not
  /// whole; it is read again by `next`.
  /// @returns Whether there is one, or the text has ended.
  bool peek_line(std::string_view& line);

  /// Moves the next record into `out`.
  step next(char delimiter, csv_record& out);

  /// Returns the physical line on which the next record starts, or one of the
  /// blank lines before it.
  std::uint64_t line() const noexcept {
    return line_;
  }

  /// Returns where the next record starts, in bytes of all text so far.
  std::uint64_t position() const noexcept {
    return erased_ + used_;
  }

  /// Returns whether the next record is read as it would be if the text began
  /// with it: not while quotes before it have been found to mean nothing.
  bool starts_afresh() const noexcept {
    return used_ >= literal_until_;
  }

  /// Drops all text: what comes next is that of a record which starts on
  /// `line`.
  void restart(std::uint64_t line);

  /// Cuts one record that stands for itself.
  /// @returns Whether it took the whole text.
  static bool split(std::string_view text, char delimiter, csv_record& out);

private:
  struct cursor;
  bool skip_line_ends();
  cursor look(char delimiter) const;
  void distrust_quotes(const cursor& reading);

  std::uint64_t max_record_bytes_;
  std::string text_;
  std::size_t used_ = 0;
  std::uint64_t erased_ = 0; ///< Bytes that stood before `text_`.
  std::size_t retry_at_ = 0; ///< Size of the text that is worth a new try.
  std::size_t peeked_ = 0;   ///< Where `peek_line` has found no line end.
  /// Up to where no record has a quote that means anything.
  std::size_t literal_until_ = 0;
  std::uint64_t line_ = 1;
  bool finished_ = false;
};

} // namespace pixmill
