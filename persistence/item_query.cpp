#include "persistence/item_query.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "persistence/item_index.hpp"
#include "persistence/row_walk.hpp"
#include "persistence/sheet_walk.hpp"

namespace pixmill::persistence {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t most_items_of_rows = 10'000;

bool is_active(item_state state) noexcept {
  return state == item_state::downloading || state == item_state::compressing
         || state == item_state::storing;
}

bool contains(const std::vector<slot_id>& ordered, slot_id slot) {
  return std::binary_search(ordered.begin(), ordered.end(), slot);
}

/// Makes items of slots and what is known of them.
class item_maker {
public:
  item_maker(const job_record& job, const slots_in_hand& in_hand)
      : unanswered_{unanswered(job)}, in_hand_{in_hand} {
    // nop
  }

  item make(slot_id slot, const sheet_slot* entry, const outcome& known) const {
    item out{.slot = slot, .url = {}, .problem = {}, .result = known};
    if (entry != nullptr) {
      out.url = entry->url;
      out.problem = entry->problem;
    }
    if (!is_terminal(known.state) && contains(in_hand_.active, slot))
      out.result.state =
        in_hand_.stage ? in_hand_.stage(out) : item_state::downloading;
    return out;
  }

  const outcome& rest() const noexcept {
    return unanswered_;
  }

private:
  outcome unanswered_;
  const slots_in_hand& in_hand_;
};

/// One page in the making.
class page_search {
public:
  page_search(const journal_store& journal, const job_record& job,
              sheet_rules rules, const item_filter& filter,
              const slots_in_hand& in_hand, item_bounds bounds)
      : journal_{journal}, job_{job}, rules_{std::move(rules)}, filter_{filter},
        in_hand_{in_hand}, bounds_{bounds}, until_{clock::now() + bounds.time},
        maker_{job, in_hand} {
    // nop
  }

  caf::expected<item_page> go() {
    const bool running = !is_terminal(job_.state);
    const auto rest = wants_rest();
    if (!rest)
      return rest.error();
    rest_is_wanted_ = *rest;
    const auto wanted = is_wanted(item_state::done) && filter_.codes.empty();
    if (wanted || (rest_is_wanted_ && !running)) {
      if (auto walked = walk(bounds_.first); !walked)
        return walked.error();
      return std::move(page_);
    }
    const auto end =
      running && rest_is_wanted_ ? in_hand_.rows_read : UINT32_MAX;
    const auto ended = look_up(end);
    if (!ended)
      return ended.error();
    // Behind what is in hand, nothing has been looked at by anybody.
    if (*ended && end != UINT32_MAX)
      if (auto walked = walk(std::max(bounds_.first, slot_id{end + 1, 0}));
          !walked)
        return walked.error();
    return std::move(page_);
  }

private:
  bool is_wanted(item_state state) const {
    return filter_.states.empty()
           || std::find(filter_.states.begin(), filter_.states.end(), state)
                != filter_.states.end();
  }

  // Whether slots without an outcome of their own may match.
  caf::expected<bool> wants_rest() const {
    if (is_terminal(job_.state)) {
      if (!filter_.admits(maker_.rest()))
        return false;
      const auto counters = journal_.counters(job_.id);
      if (!counters)
        return counters.error();
      return counters->settled() < job_.totals.slots;
    }
    return filter_.codes.empty()
           && (filter_.states.empty()
               || std::any_of(filter_.states.begin(), filter_.states.end(),
                              [](item_state x) { return !is_terminal(x); }));
  }

  // Adds what matches; false: the page is full, and this is where the next one
  // starts.
  bool add(item found) {
    if (!filter_.admits(found.result) || !filter_.admits_host_of(found.url))
      return true;
    if (page_.items.size() == bounds_.limit) {
      page_.next = found.slot;
      return false;
    }
    page_.items.push_back(std::move(found));
    return true;
  }

  bool in_time(slot_id next) {
    if (clock::now() < until_)
      return true;
    page_.next = next;
    return false;
  }

  // Goes over all rows from a slot on.
  caf::expected<caf::unit_t> walk(slot_id first) {
    row_walk rows{journal_, job_, rules_};
    if (auto found = rows.seek(first.row); !found)
      return found;
    for (bool begun = false;; begun = true) {
      const auto more = rows.next();
      if (!more)
        return more.error();
      if (!*more)
        return caf::unit;
      const auto& row = rows.row();
      // At least one row, or the next page would be this one again.
      if (begun && row.row % 16 == 0 && !in_time({row.row, 0}))
        return caf::unit;
      for (std::size_t i = 0; i < row.slots.size(); ++i) {
        const slot_id slot{row.row, static_cast<std::uint16_t>(i)};
        if (slot >= first
            && !add(maker_.make(slot, &row.slots[i], rows.outcomes()[i])))
          return caf::unit;
      }
    }
  }

  // Looks up the slots that the index, or who has them in hand, knows of.
  // Answers whether it has come to the last row to look at.
  caf::expected<bool> look_up(std::uint32_t last_row) {
    auto cursor = journal_.find_slots(
      job_.id, {.states = filter_.states, .codes = filter_.codes},
      bounds_.first);
    sheet_walk sheet{journal_, job_, rules_};
    auto recorded = next_of(cursor);
    const auto held = slots_held();
    for (auto in_hand = held.begin();;) {
      if (!recorded)
        return std::move(recorded.error());
      const bool more_in_hand = in_hand != held.end();
      // Once all in hand has been seen, the rest of it is not known.
      if (!more_in_hand && stops_at_hand(held))
        return false;
      if (!*recorded && !more_in_hand)
        return true;
      auto slot = more_in_hand ? *in_hand : **recorded;
      if (*recorded)
        slot = std::min(slot, **recorded);
      if (slot.row > last_row)
        return true;
      if (auto shown = show(slot, sheet); !shown || !*shown)
        return shown;
      if (more_in_hand && *in_hand == slot)
        ++in_hand;
      if (*recorded && **recorded == slot)
        recorded = next_of(cursor);
    }
  }

  using maybe_slot = caf::expected<std::optional<slot_id>>;

  static maybe_slot next_of(index_cursor& cursor) {
    slot_id slot;
    const auto more = cursor.next(slot);
    if (!more)
      return more.error();
    return *more ? std::optional{slot} : std::nullopt;
  }

  // What is in hand from the first slot on, as far as it is asked for.
  std::vector<slot_id> slots_held() const {
    std::vector<slot_id> out;
    if (!rest_is_wanted_)
      return out;
    if (filter_.states.empty()
        || std::any_of(filter_.states.begin(), filter_.states.end(), is_active))
      out = in_hand_.active;
    if (is_wanted(item_state::pending)) {
      out.insert(out.end(), in_hand_.waiting.begin(), in_hand_.waiting.end());
      std::sort(out.begin(), out.end());
    }
    std::erase_if(out, [this](slot_id x) { return x < bounds_.first; });
    return out;
  }

  // Whether more waits than is in the list: the next page asks again.
  bool stops_at_hand(const std::vector<slot_id>& held) {
    if (!in_hand_.more_waiting || held.empty()
        || !is_wanted(item_state::pending))
      return false;
    page_.next = held.back();
    ++page_.next->index;
    return true;
  }

  caf::expected<bool> show(slot_id slot, sheet_walk& sheet) {
    if (!in_time(slot))
      return false;
    if (sheet.row().row != slot.row) {
      if (auto found = sheet.seek(slot.row); !found)
        return found.error();
      if (const auto any = sheet.next(); !any)
        return any;
    }
    const auto& entries = sheet.row().slots;
    const auto* entry =
      sheet.row().row == slot.row && slot.index < entries.size()
        ? &entries[slot.index]
        : nullptr;
    auto known = journal_.slot(job_.id, slot);
    if (!known)
      return std::move(known.error());
    return add(maker_.make(slot, entry, *known ? **known : maker_.rest()));
  }

  const journal_store& journal_;
  const job_record& job_;
  sheet_rules rules_;
  const item_filter& filter_;
  const slots_in_hand& in_hand_;
  item_bounds bounds_;
  clock::time_point until_;
  item_maker maker_;
  bool rest_is_wanted_ = false;
  item_page page_;
};

} // namespace

caf::expected<item_page> read_items(const journal_store& journal,
                                    const job_record& job, sheet_rules rules,
                                    const item_filter& filter,
                                    const slots_in_hand& in_hand,
                                    item_bounds bounds) {
  return page_search{journal, job, std::move(rules), filter, in_hand, bounds}
    .go();
}

caf::expected<row_page> read_rows(const journal_store& journal,
                                  const job_record& job, sheet_rules rules,
                                  const slots_in_hand& in_hand,
                                  item_bounds bounds) {
  const item_maker maker{job, in_hand};
  row_walk rows{journal, job, std::move(rules)};
  if (auto found = rows.seek(bounds.first.row); !found)
    return found.error();
  row_page page;
  const auto until = clock::now() + bounds.time;
  for (std::size_t items = 0;;) {
    const auto more = rows.next();
    if (!more)
      return more.error();
    if (!*more)
      return page;
    const auto& row = rows.row();
    if (page.rows.size() == bounds.limit || items >= most_items_of_rows
        || (!page.rows.empty() && clock::now() >= until)) {
      page.next = row.row;
      return page;
    }
    const auto& header = rows.header();
    row_view view{.row = row.row,
                  .line = row.line,
                  .serial = row.cells.at(header.serial),
                  .name = row.cells.at(header.name),
                  .items = {}};
    for (std::size_t i = 0; i < row.slots.size(); ++i)
      view.items.push_back(maker.make({row.row, static_cast<std::uint16_t>(i)},
                                      &row.slots[i], rows.outcomes()[i]));
    items += view.items.size();
    page.rows.push_back(std::move(view));
  }
}

} // namespace pixmill::persistence
