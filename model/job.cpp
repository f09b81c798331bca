#include "model/job.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>

namespace pixmill {
namespace {

void count_failure(job_counters& counters, const outcome& x, bool in) {
  const auto word = x.why.word();
  if (word.empty())
    return;
  if (in) {
    ++counters.failures[word];
  } else if (auto i = counters.failures.find(word);
             i != counters.failures.end() && --i->second == 0) {
    counters.failures.erase(i);
  }
}

// Names of nodes that come and go would grow every record of the counters.
constexpr std::size_t most_nodes = 64;
constexpr auto other_nodes = "(others)";

void count_node(job_counters& counters, const outcome& x, bool in) {
  if (x.node.empty())
    return;
  auto& nodes = counters.nodes;
  auto i = nodes.find(x.node);
  if (i == nodes.end())
    i = nodes.find(other_nodes);
  if (!in) {
    if (i != nodes.end() && --i->second == 0)
      nodes.erase(i);
  } else if (nodes.count(x.node) == 0 && nodes.size() >= most_nodes) {
    ++nodes[other_nodes];
  } else {
    ++nodes[x.node];
  }
}

std::uint64_t* counter_of(job_counters& counters, item_state state) {
  switch (state) {
  case item_state::done:
    return &counters.done;
  case item_state::kept_original:
    return &counters.kept_original;
  case item_state::failed:
    return &counters.failed;
  case item_state::skipped:
    return &counters.skipped;
  case item_state::canceled:
    return &counters.canceled;
  default:
    return nullptr;
  }
}

} // namespace

std::string_view to_string(job_state state) noexcept {
  switch (state) {
  case job_state::queued:
    return "queued";
  case job_state::running:
    return "running";
  case job_state::paused:
    return "paused";
  case job_state::canceling:
    return "canceling";
  case job_state::completed:
    return "completed";
  case job_state::completed_with_errors:
    return "completed_with_errors";
  case job_state::failed:
    return "failed";
  case job_state::canceled:
    return "canceled";
  }
  return "unknown";
}

void job_counters::add(const outcome& x) {
  if (auto* counter = counter_of(*this, x.state))
    ++*counter;
  bytes_in += x.bytes_in;
  bytes_out += x.bytes_out;
  count_failure(*this, x, true);
  count_node(*this, x, true);
}

void job_counters::remove(const outcome& x) {
  if (auto* counter = counter_of(*this, x.state))
    --*counter;
  bytes_in -= x.bytes_in;
  bytes_out -= x.bytes_out;
  count_failure(*this, x, false);
  count_node(*this, x, false);
}

outcome unanswered(const job_record& job) {
  outcome out;
  if (!is_terminal(job.state))
    return out;
  const bool late = job.why.code == errc::deadline;
  out.state = late ? item_state::failed : item_state::canceled;
  out.why = {.code = late ? errc::deadline : errc::canceled,
             .http_status = 0,
             .detail = job.why.detail};
  return out;
}

void settle_rest(const job_record& job, job_counters& counters) {
  const auto settled = counters.settled();
  if (!is_terminal(job.state) || settled >= job.totals.slots)
    return;
  const auto rest = job.totals.slots - settled;
  const auto each = unanswered(job);
  (each.state == item_state::failed ? counters.failed : counters.canceled) +=
    rest;
  counters.failures[each.why.word()] += rest;
}

std::string new_id(std::string_view prefix, unix_ms now) {
  constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::array<char, 26> text{};
  auto time = static_cast<std::uint64_t>(now);
  for (std::size_t i = 10; i-- > 0; time >>= 5)
    text[i] = digits[time & 31];
  // The kernel's, in one call: std::random_device asks the processor for each
  // number, which took 0.4 ms for one id.
  std::array<unsigned char, 16> entropy{};
  if (::getentropy(entropy.data(), entropy.size()) != 0)
    std::abort(); // There is none in this process: no id would be unique.
  for (std::size_t i = 10; i < text.size(); ++i)
    text[i] = digits[entropy[i - 10] & 31];
  return std::string{prefix}.append(text.data(), text.size());
}

unix_ms unix_now() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch())
    .count();
}

std::string to_rfc3339(unix_ms time) {
  if (time == 0)
    return {};
  const auto seconds = static_cast<std::time_t>(time / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const auto length =
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &parts);
  auto fraction = std::to_string(1000 + time % 1000);
  return std::string{text.data(), length} + fraction.substr(1) + "Z";
}

} // namespace pixmill
