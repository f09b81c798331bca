#include "persistence/journal_check.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "model/errc.hpp"
#include "persistence/frozen_journal.hpp"
#include "persistence/journal_keys.hpp"
#include "persistence/journal_options.hpp"
#include "persistence/record_codec.hpp"

namespace pixmill::persistence {
namespace {

template <class T>
bool is_a(std::string_view value) {
  T ignored;
  return decode(value, ignored);
}

bool has_version(std::string_view value) {
  return !value.empty() && value.front() == value_version;
}

/// Whether a value is one that Pixmill writes there.
bool is_sound(std::string_view which, std::string_view key,
              std::string_view value) {
  if (which == "tokens")
    return is_a<api_token>(value);
  if (which == "trail")
    return is_a<std::vector<slot_id>>(value);
  if (which == "outbox")
    return is_a<outbox_entry>(value);
  if (which == "audit")
    return is_a<audit_entry>(value);
  if (which == "history")
    return is_a<rate_sample>(value);
  if (which == "deliveries" && !key.starts_with(event_key({}))
      && !key.starts_with(receiver_key({})))
    return is_a<delivery>(value);
  if (which == "meta")
    return !value.empty();
  return has_version(value);
}

// Keys end in numbers; what people can read of them comes first.
std::string readable(std::string_view key) {
  std::string out;
  for (const auto byte : key) {
    if (byte < ' ' || byte > '~')
      break;
    out += byte;
  }
  return out.empty() ? "(binary)" : out;
}

class journal_checker {
public:
  explicit journal_checker(const frozen_journal& journal) : journal_{journal} {}

  journal_report check() {
    for (std::size_t i = 0; i < journal_.families().size(); ++i) {
      const auto& name = journal_.families()[i];
      auto walked =
        journal_.for_each(i, [&](std::string_view key, std::string_view value) {
          ++out_.entries;
          out_.bytes += key.size() + value.size();
          if (!take(name, key, value))
            complain(name + ": the value of " + readable(key) + " is damaged");
          return caf::error{};
        });
      if (!walked)
        complain(name + ": " + context_of(walked.error()));
    }
    compare_counters();
    return std::move(out_);
  }

private:
  bool take(std::string_view which, std::string_view key,
            std::string_view value) {
    if (which == "slots")
      return take_outcome(key, value);
    if (which == "jobs" && key.starts_with(record_key({}))) {
      ++out_.jobs;
      return is_a<job_record>(value);
    }
    if (which == "jobs" && key.starts_with(counters_key({})))
      return decode(value,
                    stored_[std::string{key.substr(counters_key({}).size())}]);
    return is_sound(which, key, value);
  }

  bool take_outcome(std::string_view key, std::string_view value) {
    outcome result;
    slot_id slot;
    const auto job = std::string{job_of_key(key)};
    if (!parse_slot_key(key, job_prefix(job), slot) || !decode(value, result))
      return false;
    ++out_.outcomes;
    counted_[job].add(result);
    return true;
  }

  // Outcomes of a job without counters are those of an erased one, which are
  // still to be taken away.
  void compare_counters() {
    for (const auto& [job, counters] : stored_)
      if (const auto counted = counted_.find(job);
          counters
          != (counted == counted_.end() ? job_counters{} : counted->second))
        complain("jobs: the counters of " + job
                 + " are not those of its "
                   "outcomes");
  }

  void complain(std::string problem) {
    if (++out_.problems_total <= journal_report::most_problems)
      out_.problems.push_back(std::move(problem));
  }

  const frozen_journal& journal_;
  journal_report out_;
  std::map<std::string, job_counters> stored_;
  std::map<std::string, job_counters> counted_;
};

} // namespace

caf::expected<journal_report>
check_journal(const std::filesystem::path& folder) {
  const auto journal = frozen_journal::open(folder);
  if (!journal)
    return journal.error();
  return journal_checker{**journal}.check();
}

} // namespace pixmill::persistence
