#include "cli/result_files.hpp"

#include <fstream>
#include <system_error>

#include "persistence/directory_store.hpp"
#include "persistence/result_export.hpp"

namespace pixmill::cli {
namespace {

namespace fs = std::filesystem;

caf::expected<caf::unit_t> write_file(const fs::path& path,
                                      persistence::result_export source) {
  const auto temporary = fs::path{path}.concat(".part");
  std::ofstream out{temporary, std::ios::binary | std::ios::trunc};
  std::string text;
  for (bool more = true; more && out;) {
    auto step = source.next(text);
    if (!step)
      return std::move(step.error());
    more = *step;
    out << text;
    text.clear();
  }
  out.close();
  std::error_code failed;
  if (out)
    fs::rename(temporary, path, failed);
  if (!out || failed)
    return make_error(errc::file_unwritable, path.string());
  return caf::unit;
}

} // namespace

caf::expected<caf::unit_t>
write_result_files(const persistence::journal_store& journal,
                   const job_record& job, const sheet_rules& rules,
                   const fs::path& folder, const fs::path& images, bool full,
                   bool csv_safe) {
  const results_style style{
    .full = full,
    .csv_safe = csv_safe,
    .link =
      [&](const sheet_row&, std::size_t, const outcome& x) {
        return (images
                / persistence::directory_store::relative_path(x.sha256,
                                                              x.format))
          .generic_string();
      },
  };
  const auto write = [&](const char* name, persistence::export_kind kind) {
    return write_file(folder / name, persistence::result_export{
                                       journal, job, rules, kind, style});
  };
  if (auto done = write("results.csv", persistence::export_kind::results_csv);
      !done)
    return done;
  if (auto done = write("results.jsonl", persistence::export_kind::jsonl);
      !done)
    return done;
  if (job.state == job_state::completed) {
    std::error_code ignored;
    fs::remove(folder / "failed.csv", ignored);
    return caf::unit;
  }
  return write("failed.csv", persistence::export_kind::failed_csv);
}

} // namespace pixmill::cli
