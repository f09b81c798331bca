#pragma once

#include <string_view>
#include <vector>

namespace pixmill {

/// One entry of a URL list, as it stands in the cell.
struct url_entry {
  std::string_view text;
  bool comma = false; ///< Whether it holds a comma.
  bool gap = false;   ///< Whether an empty entry follows it.
};

/// Cuts a URL cell into its entries: at `,` `;` `|` tab, newline or blank, but
/// only where a scheme follows, so that a URL may hold them. A cell without
/// any scheme is cut at `,` `;` `|` tab and newline. Brackets and quotes of
/// list literals go.
/// @param most Stops at this number of entries.
/// @param out  Is replaced; its views point into `cell`.
void split_url_list(std::string_view cell, std::size_t most,
                    std::vector<url_entry>& out);

} // namespace pixmill
