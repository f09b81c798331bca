#include "model/sheet_hints.hpp"

namespace pixmill {

std::string shortened(std::string_view text) {
  constexpr std::size_t most_bytes = 200;
  if (text.size() <= most_bytes)
    return std::string{text};
  auto end = most_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return std::string{text.substr(0, end)};
}

const char* hint_for(std::string_view problem) noexcept {
  return problem == "url-scheme"
           ? "write the whole address, beginning with https:// or http://"
           : "the host or port of this address cannot be read";
}

std::string code_of_fault(source_fault fault) {
  switch (fault) {
  case source_fault::none:
    return {};
  case source_fault::spreadsheet:
    return "xlsx-not-csv";
  case source_fault::html:
    return "html-not-csv";
  case source_fault::binary:
    return "not-text";
  case source_fault::gzip_damaged:
    return "gzip-damaged";
  case source_fault::max_bytes:
    return "max-bytes";
  }
  return "not-text";
}

std::string hint_of_fault(source_fault fault) {
  switch (fault) {
  case source_fault::spreadsheet:
    return "this is a workbook; save it as CSV (UTF-8) first";
  case source_fault::html:
    return "this is a web page, perhaps a login or error page; export the CSV "
           "itself";
  case source_fault::gzip_damaged:
    return "the gzip stream is damaged or cut short";
  default:
    return "this file is no text";
  }
}

} // namespace pixmill
