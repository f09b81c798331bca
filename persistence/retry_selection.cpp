#include "persistence/retry_selection.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "model/item.hpp"

namespace pixmill::persistence {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return list.empty()
         || std::find(list.begin(), list.end(), text) != list.end();
}

// Keeps the slots whose URL is on one of the hosts; `slots` is in order.
caf::expected<std::vector<slot_id>>
on_hosts(const journal_store& journal, const std::string& job,
         sheet_rules rules, const std::vector<std::string>& hosts,
         const std::vector<slot_id>& slots) {
  sheet_parser parser{std::move(rules), [](const sheet_issue&) {}};
  std::vector<slot_id> out;
  auto wanted = slots.begin();
  sheet_row row;
  bool ended = false;
  for (std::uint32_t chunk = 0; !ended && wanted != slots.end(); ++chunk) {
    auto bytes = journal.csv_chunk(job, chunk);
    if (!bytes)
      return std::move(bytes.error());
    ended = bytes->empty();
    if (ended)
      parser.finish();
    else
      parser.feed(*bytes);
    while (parser.next(row))
      for (; wanted != slots.end() && wanted->row == row.row; ++wanted)
        if (wanted->index < row.slots.size()
            && contains(hosts, host_of(row.slots[wanted->index].url)))
          out.push_back(*wanted);
  }
  return out;
}

} // namespace

caf::expected<std::vector<slot_id>>
select_for_retry(const journal_store& journal, const std::string& job,
                 sheet_rules rules, const retry_filter& filter) {
  std::vector<slot_id> slots;
  // With hosts, the limit counts what is left of them.
  const auto most =
    filter.limit == 0 || !filter.hosts.empty() ? SIZE_MAX : filter.limit;
  auto read = journal.for_each_slot(
    job, {1, 0}, [&](slot_id slot, const outcome& result) {
      if ((result.state == item_state::failed
           || result.state == item_state::canceled)
          && contains(filter.codes, result.why.word()))
        slots.push_back(slot);
      return slots.size() < most;
    });
  if (!read)
    return read.error();
  if (filter.hosts.empty())
    return slots;
  auto matching = on_hosts(journal, job, std::move(rules), filter.hosts, slots);
  if (matching && filter.limit > 0 && matching->size() > filter.limit)
    matching->resize(filter.limit);
  return matching;
}

} // namespace pixmill::persistence
