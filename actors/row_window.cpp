#include "actors/row_window.hpp"

#include <filesystem>
#include <utility>

namespace pixmill::actors {
namespace {

// Answers that need no work are handed over in batches of about this size.
constexpr std::size_t most_answered = 1'000;

} // namespace

row_window::row_window(sheet_rules rules, std::uint64_t unique, bool fresh,
                       std::uint32_t rows_ahead)
    // The sheet was checked when it was accepted: its issues are known.
    : local_root_{rules.local_root}, parser_{std::move(rules),
                                             [](const sheet_issue&) {}},
      rows_ahead_{rows_ahead}, urls_{unique}, settled_from_{1, 0},
      all_settled_known_{fresh} {}

row_window::wants row_window::advance() {
  while (!ended_ && !full()) {
    if (!have_row_) {
      if (!parser_.next(row_)) {
        ended_ = finished_ || parser_.stopped();
        return ended_ ? wants::nothing : wants::chunk;
      }
      have_row_ = true;
    }
    if (!settled_known_for(row_.row))
      return wants::settled;
    process_row();
    have_row_ = false;
  }
  return wants::nothing;
}

bool row_window::full() const {
  if (answered_.size() >= most_answered)
    return true;
  return !ready_.empty()
         && ready_.back().slot.row - ready_.front().slot.row + 1 >= rows_ahead_;
}

void row_window::feed(std::string_view chunk) {
  if (chunk.empty()) {
    finished_ = true;
    parser_.finish();
  } else {
    parser_.feed(chunk);
  }
}

void row_window::feed(const settled_page& page) {
  settled_.insert(settled_.end(), page.slots.begin(), page.slots.end());
  all_settled_known_ = page.last;
  if (!page.slots.empty()) {
    settled_from_ = page.slots.back().slot;
    ++settled_from_.index;
  }
}

slot_id row_window::settled_from() const {
  return settled_from_;
}

bool row_window::settled_known_for(std::uint32_t row) const {
  return all_settled_known_
         || (!settled_.empty() && settled_.back().slot.row > row);
}

const settled_slot* row_window::find_settled(slot_id slot) {
  while (!settled_.empty() && settled_.front().slot < slot)
    settled_.pop_front();
  return !settled_.empty() && settled_.front().slot == slot ? &settled_.front()
                                                            : nullptr;
}

std::string row_window::location_of(const std::string& url) const {
  if (local_root_.empty() || url.find("://") != std::string::npos)
    return url;
  // An absolute path replaces the root.
  return (std::filesystem::path{local_root_} / url).string();
}

void row_window::process_row() {
  for (std::size_t i = 0; i < row_.slots.size(); ++i) {
    const auto& entry = row_.slots[i];
    const slot_id slot{row_.row, static_cast<std::uint16_t>(i)};
    const auto* settled = find_settled(slot);
    if (!entry.problem.empty()) {
      if (settled != nullptr)
        continue;
      outcome skipped;
      skipped.state = item_state::skipped;
      skipped.why = {
        .code = errc::url_invalid, .http_status = 0, .detail = entry.problem};
      answered_.push_back({slot, std::move(skipped), {}});
      continue;
    }
    // A slot that failed in an earlier attempt answers for no other.
    if (settled != nullptr && !settled->has_file)
      continue;
    auto location = location_of(entry.url);
    auto& known = urls_.at(location, slot);
    if (settled != nullptr)
      known = {slot, true};
    else if (known.settled)
      answered_.push_back({slot, {}, known.owner});
    else if (known.owner == slot)
      ready_.push_back({slot, std::move(location), 0});
    else
      waiting_[known.owner].push_back(slot);
  }
}

std::deque<slot_task>& row_window::ready() noexcept {
  return ready_;
}

bool row_window::has_ready() const noexcept {
  return !ready_.empty();
}

std::vector<slot_result> row_window::take_answered() {
  return std::exchange(answered_, {});
}

std::vector<slot_result> row_window::settle(slot_id owner,
                                            std::string_view url) {
  urls_.at(url, owner).settled = true;
  std::vector<slot_result> out;
  const auto i = waiting_.find(owner);
  if (i == waiting_.end())
    return out;
  out.reserve(i->second.size());
  for (const auto slot : i->second)
    out.push_back({slot, {}, owner});
  waiting_.erase(i);
  return out;
}

void row_window::list_waiting(slot_id first, std::vector<slot_id>& out) const {
  for (const auto& task : ready_)
    if (task.slot >= first)
      out.push_back(task.slot);
  for (const auto& [owner, followers] : waiting_)
    for (const auto slot : followers)
      if (slot >= first)
        out.push_back(slot);
}

std::uint32_t row_window::rows_read() const noexcept {
  return have_row_ ? row_.row - 1 : row_.row;
}

bool row_window::ended() const noexcept {
  return ended_;
}

} // namespace pixmill::actors
