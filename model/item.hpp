#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/outcome.hpp"

namespace pixmill {

/// One slot of a job as it is shown.
struct item {
  slot_id slot;
  std::string url;     ///< Empty: the entry is none, or it was not looked up.
  std::string problem; ///< Why the entry could not run; empty: it could.
  /// Its end; of one that has none yet, `state` says how far it is.
  outcome result;
};

/// Which items are asked for; empty lists: all.
struct item_filter {
  std::vector<item_state> states;
  std::vector<std::string> codes; ///< Failure words, such as `http_503`.
  std::vector<std::string> hosts; ///< In lower case.

  /// Returns whether an item of this end, or of none, may match.
  bool admits(const outcome& x) const;
  bool admits_host_of(std::string_view url) const;
};

/// Some items in slot order.
struct item_page {
  std::vector<item> items;
  /// Where the next page starts; none: this is the last one. A page may be
  /// short, or empty, and not the last: looking takes a bounded time.
  std::optional<slot_id> next;
};

/// One row of a job's sheet and its items.
struct row_view {
  std::uint32_t row = 0; ///< From 1.
  std::uint64_t line = 0;
  std::string serial;
  std::string name;
  std::vector<item> items;
};

/// Some rows in order.
struct row_page {
  std::vector<row_view> rows;
  std::optional<std::uint32_t> next; ///< Row; none: this is the last page.
};

/// Returns the id of an item: `itm_` and a ULID of its job's time whose 80 bits
/// are 32 of the job's own, the row, and the slot. So it needs no storage,
/// sorts as items do, and says where the item is found.
/// @param job An id made by `new_id`.
std::string item_id(std::string_view job, slot_id slot);

/// Returns the slot that `id` stands for; none: it is no item of `job`.
std::optional<slot_id> slot_of_item(std::string_view job, std::string_view id);

/// Returns the host of a URL without user and port; empty: it has none.
std::string_view host_of(std::string_view url) noexcept;

/// Returns the state whose word is `word`, if there is one.
std::optional<item_state> item_state_from(std::string_view word) noexcept;

/// Returns whether an item can fail with `word`: `timeout`, `http_404`, …
bool is_failure_word(std::string_view word) noexcept;

} // namespace pixmill
