#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/csv_reader.hpp"
#include "model/sheet.hpp"

namespace pixmill {

/// How the fields of a row fit the columns.
enum class row_shape : std::uint8_t {
  plain,
  padded,    ///< Fields were missing at the end.
  rejoined,  ///< An unquoted list, or name, was put together again.
  ambiguous, ///< More fields than columns, and no telling which are which.
};

/// Turns the fields of `record` into one cell a column.
///
/// A row with more fields than columns can be read when the URL column is the
/// last: the URLs start at the first field with a scheme, and what is too much
/// before them belongs to the name.
/// @param cells Is replaced; reuses its memory, and takes the record's.
row_shape shape_row(csv_record& record, const sheet_header& header,
                    std::vector<std::string>& cells);

} // namespace pixmill
