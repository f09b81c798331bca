#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Rows of text in aligned columns, for people.
class table {
public:
  struct column {
    std::string title;
    bool right = false;     ///< Whether its cells end, not begin, together.
    std::size_t widest = 0; ///< Longer cells are cut; 0: never.
  };

  struct cell {
    std::string text;
    tint how = tint::plain;
  };

  explicit table(std::vector<column> columns);

  /// Adds a row; control characters are made visible, long cells are cut.
  /// @param cells One for each column.
  void add(std::vector<cell> cells);

  bool empty() const noexcept {
    return rows_.empty();
  }

  /// Returns a line of titles and a line for each row.
  std::string text(bool colours) const;

private:
  void append_line(std::string& out, const std::vector<cell>& cells,
                   const std::vector<std::size_t>& widths, bool colours) const;

  std::vector<column> columns_;
  std::vector<std::vector<cell>> rows_;
};

} // namespace pixmill::cli
