#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/outcome.hpp"
#include "model/sheet.hpp"

namespace pixmill::persistence {

/// Names the images of a job within an archive. The same questions in the same
/// order get the same answers, so that two passes agree without a list.
class archive_names {
public:
  /// @param rows Of the whole sheet: as many digits have all numbers of rows.
  explicit archive_names(std::uint32_t rows);

  struct answer {
    std::string name;
    bool first = false; ///< Nothing was stored under this name so far.
  };

  /// Returns the name of a slot's file: its own, or that of the slot which had
  /// the same content first.
  /// @param product Of the row; what ASCII letters and digits it has are used.
  answer name_of(std::uint32_t row, std::size_t slot, std::string_view product,
                 const outcome& x);

private:
  std::size_t digits_;
  std::unordered_map<std::string, std::string> by_content_;
};

} // namespace pixmill::persistence
