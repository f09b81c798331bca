#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/encoding.hpp"
#include "model/gunzip.hpp"

namespace pixmill {

/// Why the text of a sheet ends before its bytes do.
enum class source_fault : std::uint8_t {
  none,
  spreadsheet, ///< A workbook or another archive, not text.
  html,        ///< A page, as a server sends in place of a missing file.
  binary,
  gzip_damaged,
  max_bytes,
};

/// Turns the bytes of a file into UTF-8: inflates gzip, finds the encoding,
/// refuses what is no text. Holds the bytes fed and not yet pulled, and at most
/// `block_bytes` of what they become.
class sheet_source {
public:
  /// How much a single `pull` reads, in bytes after inflating.
  static constexpr std::size_t block_bytes = 256 * 1024;

  /// @param max_bytes Cap on the bytes after inflating.
  explicit sheet_source(std::uint64_t max_bytes) noexcept;

  /// Takes the next bytes of the file.
  void feed(std::string_view bytes);

  /// Says that no more bytes come.
  void finish() noexcept;

  /// Appends the next stretch of text to `text`.
  /// @returns `false` when there is none before the next `feed`, or ever.
  bool pull(std::string& text);

  /// Returns whether no text will come any more.
  bool exhausted() const noexcept;

  /// Returns what ended the text early.
  source_fault fault() const noexcept;

  /// Returns the encoding that was found, once text has come.
  text_encoding encoding() const noexcept;

  /// Returns where the first invalid character stands, in bytes of text.
  std::optional<std::uint64_t> first_stray() const noexcept;

  /// Returns how many bytes of the file stand before its text, if the text is
  /// what follows them, byte for byte.
  std::optional<std::uint64_t> text_start() const noexcept;

  /// Drops all bytes: what is fed next is UTF-8 from within the file.
  void restart();

private:
  bool next_block();
  std::string_view next_raw() noexcept;
  void admit(std::string_view block);
  bool sniff();
  void end(source_fault fault) noexcept;

  std::uint64_t bytes_left_;
  std::string raw_;          // Fed, not yet used.
  std::size_t raw_used_ = 0; // Of `raw_`.
  std::optional<gunzip> zip_;
  bool begun_ = false;    // Whether it is known if this is gzip.
  bool finished_ = false; // No more bytes come.
  bool ended_ = false;    // No more text comes.
  source_fault fault_ = source_fault::none;
  std::string inflated_;
  std::string_view block_; // In `raw_` or `inflated_`.
  std::string head_;       // Collected for the guess, then freed.
  std::optional<text_decoder> decoder_;
  text_encoding encoding_ = text_encoding::utf8;
};

} // namespace pixmill
