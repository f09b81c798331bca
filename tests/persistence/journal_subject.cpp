// The program that the crash and full-disk tests start, kill and watch.
//
//   journal_subject commit FOLDER    commits rows until it is killed; prints
//                                    each row once it is acknowledged
//   journal_subject full-disk FOLDER mounts a small tmpfs on FOLDER in a mount
//                                    namespace of its own and fills it; prints
//                                    what went wrong; exit 77: not permitted

#include <cstdio>
#include <fstream>
#include <string_view>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "model/errc.hpp"
#include "tests/persistence/journal_samples.hpp"

namespace pixmill {
namespace {

using persistence::journal_store;
using persistence::write_verdict;

constexpr auto job_id = "job_1";
constexpr int not_permitted = 77;

int fail(std::string_view what, const caf::error& reason = {}) {
  std::printf("%.*s %s\n", static_cast<int>(what.size()), what.data(),
              reason ? context_of(reason).c_str() : "");
  return 1;
}

std::unique_ptr<journal_store> open_or_exit(const std::string& folder) {
  auto opened = journal_store::open(folder);
  if (!opened) {
    fail("open:", opened.error());
    std::exit(1);
  }
  return std::move(*opened);
}

int commit_until_killed(const std::string& folder) {
  const auto journal = open_or_exit(folder);
  if (!journal->job(job_id) && !journal->accept_job(test::job_named(job_id)))
    return fail("accept");
  // Starts over with what is there already, as a head does with late outcomes.
  for (std::uint32_t row = 1;; row += 7) {
    const auto writes = test::batch_of(job_id, row, row + 6);
    const auto verdicts = journal->commit(writes);
    if (!verdicts)
      return fail("commit:", verdicts.error());
    std::string lines;
    for (std::size_t i = 0; i < writes.size(); ++i)
      if ((*verdicts)[i] == write_verdict::written)
        lines += std::to_string(writes[i].slot.row) + "\n";
    // One write, so that a kill cuts between lines or after them.
    if (::write(STDOUT_FILENO, lines.data(), lines.size()) < 0)
      return fail("write");
  }
}

bool mount_small_disk(const std::string& folder) {
  return ::unshare(CLONE_NEWNS) == 0
         && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0
         && ::mount("none", folder.c_str(), "tmpfs", 0, "size=40m") == 0;
}

// Commits until the disk is full.
caf::error fill(journal_store& journal, std::uint32_t& acknowledged) {
  for (;;) {
    const auto verdicts = journal.commit(
      test::batch_of(job_id, acknowledged + 1, acknowledged + 64));
    if (!verdicts)
      return verdicts.error();
    acknowledged += 64;
  }
}

int check_all(const journal_store& journal, std::uint32_t rows) {
  std::uint32_t next = 1;
  const auto visited =
    journal.for_each_slot(job_id, {}, [&](slot_id slot, const outcome& result) {
      if (slot.row != next || result != test::outcome_of(next))
        return false;
      ++next;
      return true;
    });
  if (!visited || next != rows + 1)
    return fail("an outcome is missing or wrong");
  const auto counters = journal.counters(job_id);
  if (!counters || counters->settled() != rows)
    return fail("the counters differ");
  return 0;
}

int survive_full_disk(const std::string& folder) {
  if (!mount_small_disk(folder))
    return not_permitted;
  auto journal = open_or_exit(folder + "/journal");
  if (!journal->accept_job(test::job_named(job_id)))
    return fail("accept");
  // Takes most of the disk, and is what makes room again.
  const auto ballast = folder + "/ballast";
  std::ofstream{ballast, std::ios::binary} << std::string(16 << 20, 'x');
  std::uint32_t acknowledged = 0;
  const auto full = fill(*journal, acknowledged);
  if (code_of(full, errc::none) != errc::disk_full)
    return fail("expected disk_full:", full);
  if (acknowledged == 0)
    return fail("full before the first commit");
  // To go on, RocksDB writes what it had in memory and drops the log of that,
  // which may make room for a while.
  constexpr int most_rooms = 8;
  auto probed_full = journal->probe();
  for (int rooms = 0; probed_full && rooms < most_rooms; ++rooms) {
    if (code_of(fill(*journal, acknowledged), errc::none) != errc::disk_full)
      return fail("expected disk_full again");
    probed_full = journal->probe();
  }
  if (probed_full
      || code_of(probed_full.error(), errc::none) != errc::disk_full)
    return fail("the probe of a full disk:",
                probed_full ? caf::error{} : probed_full.error());
  if (check_all(*journal, acknowledged) != 0)
    return 1;
  ::unlink(ballast.c_str());
  if (const auto probed = journal->probe(); !probed)
    return fail("the probe after space came back:", probed.error());
  const auto again = journal->commit(
    test::batch_of(job_id, acknowledged + 1, acknowledged + 64));
  if (!again || again->front() != write_verdict::written)
    return fail("the commit after space came back:", again.error());
  acknowledged += 64;
  journal.reset();
  return check_all(*open_or_exit(folder + "/journal"), acknowledged);
}

} // namespace
} // namespace pixmill

int main(int argument_count, char** arguments) {
  const std::string_view verb = argument_count == 3 ? arguments[1] : "";
  if (verb == "commit")
    return pixmill::commit_until_killed(arguments[2]);
  if (verb == "full-disk")
    return pixmill::survive_full_disk(arguments[2]);
  return 2;
}
