#include "model/encoding.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "model/byte_scan.hpp"

namespace pixmill {
namespace {

// Windows-1252 from 0x80 to 0x9F; the five holes are controls, as in WHATWG's
// encoding standard, so that no byte is ever refused.
constexpr std::array<char16_t, 32> high_1252{
  0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
  0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
  0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
  0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

void append_code_point(char32_t c, std::string& out) {
  const auto put = [&out](char32_t byte) {
    out += static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6));
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

void append_1252(unsigned char byte, std::string& out) {
  append_code_point(byte >= 0x80 && byte < 0xa0 ? high_1252[byte - 0x80] : byte,
                    out);
}

enum class sequence { valid, cut, invalid };

/// Judges the UTF-8 sequence that starts with the non-ASCII byte at `text[0]`;
/// `length` is its size where it is valid.
/// @see The Unicode Standard, table 3-7.
sequence judge_utf8(std::string_view text, std::size_t& length) noexcept {
  const auto byte = [&text](std::size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned char lead = byte(0);
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    low = lead == 0xe0 ? 0xa0 : 0x80;
    high = lead == 0xed ? 0x9f : 0xbf;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    low = lead == 0xf0 ? 0x90 : 0x80;
    high = lead == 0xf4 ? 0x8f : 0xbf;
  } else {
    return sequence::invalid;
  }
  for (std::size_t i = 1; i < std::min(length, text.size()); ++i) {
    if (byte(i) < low || byte(i) > high)
      return sequence::invalid;
    low = 0x80;
    high = 0xbf;
  }
  return text.size() < length ? sequence::cut : sequence::valid;
}

struct head_counts {
  std::size_t zeros_even = 0;
  std::size_t zeros_odd = 0;
  std::size_t controls = 0;
  std::size_t valid = 0;   // UTF-8 sequences of several bytes.
  std::size_t invalid = 0; // Bytes that belong to none.
};

bool is_odd_control(unsigned char c) noexcept {
  // Tab, line and page breaks are text; so are DOS's end of file and escape.
  return c < 0x20 && (c < 0x09 || c > 0x0d) && c != 0x1a && c != 0x1b;
}

head_counts count_head(std::string_view head, bool whole) {
  head_counts n;
  for (std::size_t i = 0; i < head.size(); ++i) {
    const auto c = static_cast<unsigned char>(head[i]);
    if (c == 0)
      ++(i % 2 == 0 ? n.zeros_even : n.zeros_odd);
    else if (is_odd_control(c))
      ++n.controls;
  }
  for (std::size_t i = 0; i < head.size();) {
    std::size_t length = 1;
    if (static_cast<unsigned char>(head[i]) >= 0x80) {
      const auto verdict = judge_utf8(head.substr(i), length);
      if (verdict == sequence::valid) {
        ++n.valid;
      } else {
        n.invalid += verdict == sequence::invalid || whole;
        length = 1;
      }
      if (verdict == sequence::cut && !whole)
        break;
    }
    i += length;
  }
  return n;
}

bool starts_with_bytes(std::string_view text, std::string_view bytes) noexcept {
  return text.substr(0, bytes.size()) == bytes;
}

} // namespace

std::string_view to_string(text_encoding encoding) noexcept {
  switch (encoding) {
  case text_encoding::utf8:
    return "UTF-8";
  case text_encoding::utf8_bom:
    return "UTF-8 with BOM";
  case text_encoding::utf16_le:
    return "UTF-16 LE";
  case text_encoding::utf16_be:
    return "UTF-16 BE";
  case text_encoding::windows_1252:
    return "Windows-1252";
  }
  return "unknown";
}

std::optional<text_encoding> sniff_encoding(std::string_view head, bool whole) {
  using namespace std::string_view_literals;
  if (starts_with_bytes(head, "\xef\xbb\xbf"sv))
    return text_encoding::utf8_bom;
  if (starts_with_bytes(head, "\xff\xfe\0\0"sv)) // UTF-32, which no one writes.
    return std::nullopt;
  if (starts_with_bytes(head, "\xff\xfe"sv))
    return text_encoding::utf16_le;
  if (starts_with_bytes(head, "\xfe\xff"sv))
    return text_encoding::utf16_be;
  const auto n = count_head(head, whole);
  // Headers, delimiters and URLs are ASCII, so at least a quarter of the units
  // of any sheet in UTF-16 has a zero, always on the same side.
  const auto units = head.size() / 2;
  if (n.zeros_odd * 4 >= units && n.zeros_odd > 20 * n.zeros_even)
    return text_encoding::utf16_le;
  if (n.zeros_even * 4 >= units && n.zeros_even > 20 * n.zeros_odd)
    return text_encoding::utf16_be;
  if (n.zeros_even + n.zeros_odd > 0)
    return std::nullopt;
  if (n.controls >= 2 && n.controls * 50 > head.size())
    return std::nullopt;
  // A few bad bytes in good UTF-8 do not make it another encoding.
  return n.invalid == 0 || n.valid > n.invalid ? text_encoding::utf8
                                               : text_encoding::windows_1252;
}

std::size_t byte_order_mark(text_encoding encoding,
                            std::string_view head) noexcept {
  switch (encoding) {
  case text_encoding::utf8_bom:
    return 3;
  case text_encoding::utf16_le:
    return starts_with_bytes(head, "\xff\xfe") ? 2 : 0;
  case text_encoding::utf16_be:
    return starts_with_bytes(head, "\xfe\xff") ? 2 : 0;
  default:
    return 0;
  }
}

text_decoder::text_decoder(text_encoding encoding) noexcept
    : encoding_(encoding) {}

bool text_decoder::decode(std::string_view bytes, bool last, std::string& out) {
  out_before_ = out.size();
  bool text = false;
  switch (encoding_) {
  case text_encoding::utf8:
  case text_encoding::utf8_bom:
    text = finish_carry(bytes, out) && decode_utf8(bytes, out);
    while (text && last && !carry_.empty()) {
      // What the end of the text has cut is no character.
      const auto rest = std::exchange(carry_, {});
      note_stray(out);
      append_1252(static_cast<unsigned char>(rest[0]), out);
      text = decode_utf8(std::string_view{rest}.substr(1), out);
    }
    break;
  case text_encoding::utf16_le:
  case text_encoding::utf16_be:
    text = decode_utf16(bytes, last, out);
    break;
  case text_encoding::windows_1252:
    text = decode_1252(bytes, out);
    break;
  }
  written_ += out.size() - out_before_;
  return text;
}

void text_decoder::note_stray(const std::string& out) noexcept {
  if (!stray_)
    stray_ = written_ + (out.size() - out_before_);
}

bool text_decoder::finish_carry(std::string_view& bytes, std::string& out) {
  while (!carry_.empty() && !bytes.empty()) {
    carry_ += bytes.front();
    bytes.remove_prefix(1);
    std::size_t length = 0;
    switch (judge_utf8(carry_, length)) {
    case sequence::cut:
      break;
    case sequence::valid:
      out += std::exchange(carry_, {});
      break;
    case sequence::invalid: {
      const auto rest = std::exchange(carry_, {});
      note_stray(out);
      append_1252(static_cast<unsigned char>(rest[0]), out);
      if (!decode_utf8(std::string_view{rest}.substr(1), out))
        return false;
      break;
    }
    }
  }
  return true;
}

bool text_decoder::decode_utf8(std::string_view bytes, std::string& out) {
  const char* from = bytes.data();
  const char* const end = from + bytes.size();
  const char* p = from;
  while ((p = find_not_ascii(p, end)) != end) {
    if (*p == '\0') {
      out.append(from, p);
      return false;
    }
    std::size_t length = 0;
    const auto verdict = judge_utf8({p, end}, length);
    if (verdict == sequence::valid) {
      p += length;
      continue;
    }
    out.append(from, p);
    if (verdict == sequence::cut) {
      carry_.assign(p, end);
      return true;
    }
    note_stray(out);
    append_1252(static_cast<unsigned char>(*p), out);
    from = ++p;
  }
  out.append(from, end);
  return true;
}

bool text_decoder::decode_utf16(std::string_view bytes, bool last,
                                std::string& out) {
  const bool big = encoding_ == text_encoding::utf16_be;
  for (const char c : bytes) {
    carry_ += c;
    if (carry_.size() < 2)
      continue;
    const auto first = static_cast<unsigned char>(carry_[0]);
    const auto second = static_cast<unsigned char>(carry_[1]);
    carry_.clear();
    const auto unit =
      static_cast<char16_t>(big ? first << 8 | second : second << 8 | first);
    if (!take_unit(unit, out))
      return false;
  }
  if (last && (surrogate_ != 0 || !carry_.empty())) {
    note_stray(out);
    append_code_point(0xfffd, out);
  }
  return true;
}

bool text_decoder::take_unit(char16_t unit, std::string& out) {
  const bool low = unit >= 0xdc00 && unit <= 0xdfff;
  if (surrogate_ != 0) {
    const char32_t high = std::exchange(surrogate_, char16_t{0});
    if (low) {
      append_code_point(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00),
                        out);
      return true;
    }
    note_stray(out);
    append_code_point(0xfffd, out);
  }
  if (unit >= 0xd800 && unit <= 0xdbff) {
    surrogate_ = unit;
    return true;
  }
  if (low) {
    note_stray(out);
    append_code_point(0xfffd, out);
    return true;
  }
  if (unit == 0)
    return false;
  append_code_point(unit, out);
  return true;
}

bool text_decoder::decode_1252(std::string_view bytes, std::string& out) {
  const char* p = bytes.data();
  const char* const end = p + bytes.size();
  while (p != end) {
    const char* const ascii = std::exchange(p, find_not_ascii(p, end));
    out.append(ascii, p);
    if (p == end)
      break;
    if (*p == '\0')
      return false;
    append_1252(static_cast<unsigned char>(*p++), out);
  }
  return true;
}

} // namespace pixmill
