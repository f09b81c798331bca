#include "cli/db.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"
#include "model/errc.hpp"
#include "persistence/journal_check.hpp"
#include "persistence/journal_copy.hpp"

namespace pixmill::cli {
namespace {

using json = nlohmann::ordered_json;

int refuse(const caf::error& reason, const terminal& to) {
  complain(to, context_of(reason));
  switch (code_of(reason, errc::store)) {
  case errc::file_unreadable:
  case errc::file_unwritable:
  case errc::store_newer:
    return exit_usage;
  case errc::store_corrupt:
    return exit_with_failures;
  default:
    return exit_job_failed;
  }
}

void print(const persistence::journal_report& found, const std::string& folder,
           const terminal& to) {
  for (const auto& problem : found.problems)
    to.out << printable(problem) << '\n';
  if (found.problems_total > found.problems.size())
    to.out << "... and " << found.problems_total - found.problems.size()
           << " more\n";
  to.out << printable(folder) << ": " << found.jobs << " jobs, "
         << found.outcomes << " outcomes, " << found.entries << " entries of "
         << found.bytes << " bytes, " << found.problems_total
         << (found.problems_total == 1 ? " problem\n" : " problems\n")
         << std::flush;
}

int check(const db_check_options& options, const std::string& folder,
          const terminal& to) {
  const auto found = persistence::check_journal(folder);
  if (!found)
    return refuse(found.error(), to);
  if (options.json)
    to.out << json{{"journal", folder},
                   {"jobs", found->jobs},
                   {"outcomes", found->outcomes},
                   {"entries", found->entries},
                   {"bytes", found->bytes},
                   {"problems_total", found->problems_total},
                   {"problems", found->problems}}
                .dump()
           << std::endl;
  else
    print(*found, folder, to);
  return found->problems_total == 0 ? exit_ok : exit_with_failures;
}

int copy(const std::string& from, const std::string& into, bool as_json,
         const terminal& to) {
  const auto copied = persistence::copy_journal(from, into);
  if (!copied)
    return refuse(copied.error(), to);
  if (as_json)
    to.out << json{{"from", from},
                   {"to", into},
                   {"entries", copied->entries},
                   {"bytes", copied->bytes}}
                .dump()
           << std::endl;
  else
    to.out << "copied " << copied->entries << " entries of " << copied->bytes
           << " bytes from " << printable(from) << " to " << printable(into)
           << std::endl;
  return exit_ok;
}

} // namespace

int db(const db_options& options, const config::settings& settings,
       const terminal& to) {
  const auto& journal = settings.store.journal;
  if (const auto* asked = std::get_if<db_check_options>(&options))
    return check(*asked, journal, to);
  if (const auto* asked = std::get_if<db_backup_options>(&options))
    return copy(journal, asked->folder, asked->json, to);
  const auto& asked = std::get<db_restore_options>(options);
  return copy(asked.folder, journal, asked.json, to);
}

} // namespace pixmill::cli
