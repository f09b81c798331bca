#include "persistence/journal_tally.hpp"

#include <string>

namespace pixmill::persistence {
namespace {

double read(const std::atomic<std::uint64_t>& x) noexcept {
  return static_cast<double>(x.load(std::memory_order_relaxed));
}

void add(std::atomic<std::uint64_t>& to, std::uint64_t amount = 1) noexcept {
  to.fetch_add(amount, std::memory_order_relaxed);
}

} // namespace

void journal_tally::count(const outcome& x) noexcept {
  add(states_[static_cast<std::size_t>(x.state) % states_.size()]);
  add(bytes_in_, x.bytes_in);
  add(bytes_out_, x.bytes_out);
  if (x.state != item_state::failed)
    return;
  const auto status = x.why.http_status;
  if (x.why.code != errc::http_status)
    add(codes_[static_cast<std::size_t>(x.why.code)]);
  else if (status >= first_status && status <= last_status)
    add(statuses_[static_cast<std::size_t>(status - first_status)]);
  else
    add(other_statuses_);
}

journal_totals journal_tally::totals() const noexcept {
  const auto load = [](const counter& x) {
    return x.load(std::memory_order_relaxed);
  };
  journal_totals out{
    .images = 0,
    .bytes_in = load(bytes_in_),
    .bytes_out = load(bytes_out_),
    .failures = load(states_[static_cast<std::size_t>(item_state::failed)])};
  for (const auto& count : states_)
    out.images += load(count);
  return out;
}

void journal_tally::add_to(telemetry::metric_page& page) const {
  for (std::size_t i = 0; i < states_.size(); ++i)
    if (const auto state = static_cast<item_state>(i); is_terminal(state))
      page.counter("pixmill_items_total",
                   "Images that were settled since the start, by outcome.",
                   read(states_[i]), {{"outcome", to_string(state)}});
  const auto failures = [&](std::string_view code, const auto& count) {
    if (const auto value = read(count); value > 0)
      page.counter("pixmill_item_failures_total",
                   "Images that failed since the start, by code.", value,
                   {{"code", code}});
  };
  for (std::size_t i = 0; i < codes_.size(); ++i)
    failures(to_string(static_cast<errc>(i)), codes_[i]);
  for (std::size_t i = 0; i < statuses_.size(); ++i)
    failures("http_" + std::to_string(first_status + i), statuses_[i]);
  failures("http_other", other_statuses_);
  page.counter("pixmill_source_bytes_total",
               "Bytes of the sources of settled images.", read(bytes_in_));
  page.counter("pixmill_output_bytes_total", "Bytes of their outputs.",
               read(bytes_out_));
  page.histogram("pixmill_journal_commit_seconds",
                 "Synced writes of batches of outcomes.", batches_);
  page.gauge("pixmill_journal_latched",
             "1 while the journal waits for the disk to have space.",
             latched_.load(std::memory_order_relaxed) ? 1 : 0);
}

} // namespace pixmill::persistence
