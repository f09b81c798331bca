#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pixmill {

/// How the characters of a text are stored.
enum class text_encoding : std::uint8_t {
  utf8,
  utf8_bom,
  utf16_le,
  utf16_be,
  windows_1252,
};

/// Returns what people call it: `UTF-16 LE`, …
std::string_view to_string(text_encoding encoding) noexcept;

/// Guesses how the text that starts with `head` is stored: by its byte order
/// mark, by the zeros of UTF-16, by the validity of its UTF-8.
/// @param whole Whether `head` is the whole text; if not, a sequence that its
///              end cuts does not count as invalid.
/// @retval nullopt It is no text: NUL bytes or too many control characters.
std::optional<text_encoding> sniff_encoding(std::string_view head, bool whole);

/// Returns how many bytes the byte order mark of `encoding` takes at the start
/// of `head`; 0 when there is none.
std::size_t byte_order_mark(text_encoding encoding,
                            std::string_view head) noexcept;

/// Turns text of one encoding into UTF-8, however it is cut into pieces.
class text_decoder {
public:
  explicit text_decoder(text_encoding encoding) noexcept;

  /// Appends the next characters to `out`. In UTF-8, a byte that belongs to no
  /// valid sequence is read as Windows-1252.
  /// @param last Whether no more bytes come.
  /// @returns `false` at a NUL character: this is no text. `out` has what came
  ///          before, and the decoder is not to be used any more.
  bool decode(std::string_view bytes, bool last, std::string& out);

  /// Returns where, in bytes of UTF-8 written, the first character stands that
  /// was not valid in the encoding.
  std::optional<std::uint64_t> first_stray() const noexcept {
    return stray_;
  }

private:
  bool decode_utf8(std::string_view bytes, std::string& out);
  bool finish_carry(std::string_view& bytes, std::string& out);
  bool decode_utf16(std::string_view bytes, bool last, std::string& out);
  bool take_unit(char16_t unit, std::string& out);
  bool decode_1252(std::string_view bytes, std::string& out);
  void note_stray(const std::string& out) noexcept;

  text_encoding encoding_;
  std::string carry_;          // An incomplete character, at most 3 bytes.
  char16_t surrogate_ = 0;     // A high one that waits for its low one.
  std::uint64_t written_ = 0;  // UTF-8 bytes, up to the current call.
  std::size_t out_before_ = 0; // Size of `out` as the current call began.
  std::optional<std::uint64_t> stray_;
};

} // namespace pixmill
