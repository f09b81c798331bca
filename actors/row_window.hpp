#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "actors/messages.hpp"
#include "actors/url_table.hpp"
#include "model/sheet.hpp"

namespace pixmill::actors {

/// A job's view of its sheet: reads a few rows ahead, leaves out slots that
/// have an outcome, and finds slots that share a URL. Bytes and knowledge come
/// in by `feed`; it asks for them by what `advance` returns.
class row_window {
public:
  enum class wants : std::uint8_t {
    nothing, ///< Enough is ready, or the sheet has ended.
    chunk,   ///< The sheet's next chunk; an empty one ends it.
    settled, ///< The page of settled slots from `settled_from()` on.
  };

  /// @param rules The rules under which the sheet was accepted.
  /// @param unique Number of different URLs in the sheet.
  /// @param fresh Whether no slot has an outcome yet.
  /// @param rows_ahead Rows to have ready at most.
  row_window(sheet_rules rules, std::uint64_t unique, bool fresh,
             std::uint32_t rows_ahead);

  wants advance();
  void feed(std::string_view chunk);
  void feed(const settled_page& page);
  slot_id settled_from() const;

  /// Returns slots to be done, oldest first; the caller takes from the front.
  std::deque<slot_task>& ready() noexcept;
  bool has_ready() const noexcept;

  /// Hands over outcomes that need no work: unusable entries, and slots whose
  /// URL has an outcome already.
  std::vector<slot_result> take_answered();

  /// Notes that `owner`, which was ready once, has an outcome.
  /// @returns The slots that waited for it, as results that take it over.
  std::vector<slot_result> settle(slot_id owner, std::string_view url);

  /// Adds to `out` the slots from `first` on that have been read and wait:
  /// those that are ready, and those that wait for the outcome of another.
  void list_waiting(slot_id first, std::vector<slot_id>& out) const;

  /// Returns how many rows have been read.
  std::uint32_t rows_read() const noexcept;

  /// Returns whether every row has been read.
  bool ended() const noexcept;

private:
  bool full() const;
  bool settled_known_for(std::uint32_t row) const;
  const settled_slot* find_settled(slot_id slot);
  std::string location_of(const std::string& url) const;
  void process_row();

  std::string local_root_; ///< Folder of relative paths; empty: none.
  sheet_parser parser_;
  std::uint32_t rows_ahead_;
  url_table urls_;
  bool finished_ = false;
  bool ended_ = false;
  bool have_row_ = false;
  sheet_row row_;
  std::deque<slot_task> ready_;
  std::vector<slot_result> answered_;
  std::map<slot_id, std::vector<slot_id>> waiting_;

  std::deque<settled_slot> settled_; ///< In order; those of rows to come.
  slot_id settled_from_;
  bool all_settled_known_;
};

} // namespace pixmill::actors
