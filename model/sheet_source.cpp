#include "model/sheet_source.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace pixmill {
namespace {

using namespace std::string_view_literals;

// As much of the file as the encoding is guessed from.
constexpr std::size_t head_bytes = 64 * 1024;

bool starts_with_any(std::string_view text,
                     std::initializer_list<std::string_view> marks) {
  return std::any_of(marks.begin(), marks.end(), [text](std::string_view mark) {
    return text.substr(0, mark.size()) == mark;
  });
}

source_fault fault_of_signature(std::string_view head) {
  // ZIP (xlsx, ods, numbers) and OLE (xls).
  if (starts_with_any(head, {"PK\x03\x04"sv, "PK\x05\x06"sv,
                             "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv}))
    return source_fault::spreadsheet;
  // Files whose first 64 KiB may well be printable.
  if (starts_with_any(head, {"%PDF-"sv, "{\\rtf"sv, "\x89PNG"sv,
                             "\xff\xd8\xff"sv, "GIF8"sv, "BZh"sv,
                             "\xfd"
                             "7zXZ"sv,
                             "7z\xbc\xaf"sv, "\x28\xb5\x2f\xfd"sv}))
    return source_fault::binary;
  return source_fault::none;
}

bool looks_like_html(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == text.npos || text[start] != '<')
    return false;
  std::string head{text.substr(start, 16)};
  std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return starts_with_any(head, {"<!doctype"sv, "<html"sv, "<head"sv, "<body"sv,
                                "<table"sv, "<?xml"sv, "<!--"sv, "<script"sv,
                                "<meta"sv, "<div"sv});
}

} // namespace

sheet_source::sheet_source(std::uint64_t max_bytes) noexcept
    : bytes_left_(max_bytes) {}

void sheet_source::feed(std::string_view bytes) {
  if (ended_)
    return;
  if (raw_used_ == raw_.size() || raw_used_ > raw_.size() / 2) {
    raw_.erase(0, raw_used_);
    raw_used_ = 0;
  }
  raw_.append(bytes);
}

void sheet_source::finish() noexcept {
  finished_ = true;
}

bool sheet_source::pull(std::string& text) {
  while (!ended_) {
    const bool more = next_block();
    if (!decoder_) {
      head_.append(std::exchange(block_, {}));
      const bool last = ended_ || (!more && finished_);
      if (head_.size() < head_bytes && !last) {
        if (!more)
          return false;
        continue;
      }
      if (!sniff())
        return false;
      block_ = head_;
    } else if (!more && !finished_) {
      return false;
    }
    const bool last = ended_ || !more;
    const auto before = text.size();
    const bool sound = decoder_->decode(std::exchange(block_, {}), last, text);
    if (!head_.empty()) {
      head_ = {};
      if (looks_like_html(std::string_view{text}.substr(before))) {
        text.resize(before);
        end(source_fault::html);
        return false;
      }
    }
    if (!sound)
      end(source_fault::binary);
    else if (last)
      ended_ = true;
    if (text.size() != before)
      return true;
  }
  return false;
}

bool sheet_source::exhausted() const noexcept {
  return ended_;
}

source_fault sheet_source::fault() const noexcept {
  return fault_;
}

text_encoding sheet_source::encoding() const noexcept {
  return encoding_;
}

std::optional<std::uint64_t> sheet_source::first_stray() const noexcept {
  return decoder_ ? decoder_->first_stray() : std::nullopt;
}

std::optional<std::uint64_t> sheet_source::text_start() const noexcept {
  const bool utf8 =
    encoding_ == text_encoding::utf8 || encoding_ == text_encoding::utf8_bom;
  if (zip_ || !decoder_ || !utf8 || first_stray())
    return std::nullopt;
  return byte_order_mark(encoding_, {});
}

void sheet_source::restart() {
  raw_.clear();
  raw_used_ = 0;
  zip_.reset();
  begun_ = true;
  finished_ = false;
  ended_ = false;
  fault_ = source_fault::none;
  head_ = {};
  block_ = {};
  encoding_ = text_encoding::utf8;
  decoder_.emplace(encoding_);
}

void sheet_source::end(source_fault fault) noexcept {
  ended_ = true;
  fault_ = fault;
}

/// Puts the next bytes, inflated, into `block_`. Answers `false` when there are
/// none before the next `feed`.
bool sheet_source::next_block() {
  if (!begun_) {
    if (raw_.size() < 2 && !finished_)
      return false;
    begun_ = true;
    if (gunzip::recognises(raw_))
      zip_.emplace();
  }
  if (!zip_) {
    const auto raw = next_raw().substr(0, block_bytes);
    raw_used_ += raw.size();
    admit(raw);
    return !raw.empty();
  }
  // An empty result may be a frame's header alone, so this asks again.
  while (raw_used_ < raw_.size()) {
    auto raw = next_raw();
    const bool sound = zip_->inflate(raw, block_bytes, inflated_);
    raw_used_ = raw_.size() - raw.size();
    admit(inflated_);
    if (!sound && fault_ == source_fault::none)
      end(source_fault::gzip_damaged);
    if (!inflated_.empty() || ended_)
      return !inflated_.empty();
  }
  if (finished_ && !zip_->at_end())
    end(source_fault::gzip_damaged);
  return false;
}

std::string_view sheet_source::next_raw() noexcept {
  return std::string_view{raw_}.substr(raw_used_);
}

void sheet_source::admit(std::string_view block) {
  if (block.size() > bytes_left_) {
    block = block.substr(0, static_cast<std::size_t>(bytes_left_));
    end(source_fault::max_bytes);
  }
  bytes_left_ -= block.size();
  block_ = block;
}

/// Judges the file by its head and makes the decoder. Answers `false` when this
/// is no text.
bool sheet_source::sniff() {
  const auto head = std::string_view{head_}.substr(0, head_bytes);
  if (const auto fault = fault_of_signature(head);
      fault != source_fault::none) {
    end(fault);
    return false;
  }
  const auto found =
    sniff_encoding(head, head.size() == head_.size() && ended_);
  if (!found) {
    end(source_fault::binary);
    return false;
  }
  encoding_ = *found;
  head_.erase(0, byte_order_mark(encoding_, head_));
  decoder_.emplace(encoding_);
  return true;
}

} // namespace pixmill
