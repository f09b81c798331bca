#include "cli/intake.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/read_file.hpp"
#include "model/sha256.hpp"

namespace pixmill::cli {

sheet_rules rules_of(const sheet_options& options) {
  sheet_rules rules;
  rules.columns = {.serial = options.serial_column,
                   .name = options.name_column,
                   .urls = options.urls_column};
  rules.assume_https = options.assume_https;
  std::error_code ignored;
  rules.local_root =
    std::filesystem::absolute(options.csv, ignored).parent_path().string();
  return rules;
}

bool usable(const sheet_summary& summary, const sheet_options& options) {
  return summary.usable(options.skip_invalid ? invalid_policy::skip
                                             : invalid_policy::reject);
}

caf::expected<checked_sheet> check_sheet(const std::string& path,
                                         const sheet_rules& rules) {
  checked_sheet out;
  sheet_validator validator{rules};
  sha256 hash;
  if (auto failed = read_file(path, [&](std::string_view block) {
        validator.feed(block);
        hash.update(block);
        out.bytes += block.size();
        return true;
      }))
    return failed;
  out.summary = validator.finish();
  out.sha256 = hash.finish();
  return out;
}

caf::expected<actors::job_status> submit(actors::head& head,
                                         const std::string& path,
                                         const checked_sheet& sheet,
                                         job_record job) {
  sha256 hash;
  std::uint32_t index = 0;
  caf::error refused;
  if (auto failed = read_file(path, [&](std::string_view block) {
        hash.update(block);
        auto stored = head.put_chunk(
          {.job = job.id, .index = index++, .bytes = std::string{block}});
        if (!stored)
          refused = stored.error();
        return !refused;
      }))
    return failed;
  if (!refused && hash.finish() != sheet.sha256)
    refused = make_error(errc::file_unreadable,
                         path + " changed while it was read; run again");
  if (refused) {
    // The chunks belong to no job; what remains goes at the next start.
    (void)head.erase(job.id);
    return refused;
  }
  return head.accept(std::move(job));
}

} // namespace pixmill::cli
