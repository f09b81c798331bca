#pragma once

#include <cstdint>
#include <string_view>

#include "model/header_row.hpp"
#include "model/row_shape.hpp"
#include "model/sheet.hpp"
#include "model/sheet_source.hpp"
#include "model/url_list.hpp"

namespace pixmill {

/// The words of every issue that reading a sheet can raise: code, value, hint.
class sheet_findings {
public:
  explicit sheet_findings(sheet_parser::issue_sink sink);

  // -- the file ---------------------------------------------------------------

  void unreadable(source_fault fault);
  void encoding(std::string_view name);
  void stray_bytes();
  void no_rows();
  void missing_columns(const sheet_header& header, const column_roles& roles,
                       std::uint64_t line);

  /// The limit `name`, whose value is `limit`, was passed; row 0: by the file.
  void cap(std::string_view name, std::uint64_t limit, std::uint32_t row,
           std::uint64_t line);

  // -- a row ------------------------------------------------------------------

  void blank_row(std::uint64_t line);
  void repaired(const sheet_row& row);
  void shape(const sheet_row& row, row_shape shape);
  void duplicate_serial(const sheet_row& row, const sheet_header& header);

  // -- its URLs ---------------------------------------------------------------

  void no_urls(const sheet_row& row, const sheet_header& header);

  /// Says what there is to say of slot `index`, which was read from `entry`.
  void slot(const sheet_row& row, const sheet_header& header, std::size_t index,
            const url_entry& entry);

private:
  void fail(sheet_issue issue);
  void warn(sheet_issue issue);

  sheet_parser::issue_sink sink_;
};

} // namespace pixmill
