#include "cli/run.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <ostream>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "actors/head.hpp"
#include "cli/exit_code.hpp"
#include "cli/head_setup.hpp"
#include "cli/held_signals.hpp"
#include "cli/intake.hpp"
#include "cli/job_request.hpp"
#include "cli/progress.hpp"
#include "cli/progress_display.hpp"
#include "cli/result_files.hpp"
#include "cli/terminal.hpp"
#include "cli/validate.hpp"
#include "model/options.hpp"
#include "persistence/journal_store.hpp"

namespace pixmill::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr auto poll_interval = std::chrono::milliseconds{50};

constexpr auto journal_folder = ".pixmill/journal";
constexpr auto images_folder = "images";

job_figures figures_of(const actors::job_status& status) {
  const auto& job = status.record;
  return {.id = job.id,
          .state = job.state,
          .why = job.why ? job.why.word() + ": " + job.why.detail : "",
          .totals = job.totals,
          .counters = status.counters};
}

// One `pixmill run`, once its sheet is known to be good.
class session {
public:
  session(const run_options& options, const std::string& program,
          const terminal& to)
      : options_{options}, program_{program}, to_{to}, out_{options.out} {}

  int go(const config::settings& settings, const sheet_rules& rules,
         const checked_sheet& sheet, const job_options& job) {
    rules_ = rules;
    const held_signals signals;
    std::error_code failed;
    fs::create_directories(out_ / ".pixmill", failed);
    if (failed)
      return refuse(make_error(errc::file_unwritable,
                               out_.string() + ": " + failed.message()));
    auto setup = head_settings_of(settings, program_);
    setup.rules = rules;
    // The output folder is the whole of a run: what it needs to resume, too.
    setup.store.kind = persistence::store_kind::local;
    setup.store.journal = (out_ / journal_folder).string();
    setup.store.images = (out_ / images_folder).string();
    // There is nobody to leave a format to.
    setup.imaging.leave_formats.clear();
    auto head = actors::head::start(std::move(setup));
    if (!head)
      return refuse(head.error());
    head_ = std::move(*head);
    auto status = begin(sheet, job);
    if (!status)
      return refuse(status.error());
    const auto since = steady_clock::now();
    progress_display display{to_, isatty(STDOUT_FILENO) == 1, options_.json};
    while (!is_terminal(status->record.state)) {
      display.show(status->counters, status->record.totals.slots);
      if (signals.came_within(poll_interval)) {
        display.close();
        return interrupted(*status);
      }
      status = head_->status(status->record.id);
      if (!status)
        return refuse(status.error());
    }
    display.close();
    const std::chrono::duration<double> took = steady_clock::now() - since;
    return report(*status, took.count());
  }

private:
  int refuse(const caf::error& reason) {
    complain(to_, context_of(reason));
    return code_of(reason, errc::none) == errc::option_invalid
               || code_of(reason, errc::none) == errc::config_invalid
             ? exit_usage
             : exit_job_failed;
  }

  // Finds the same work of an earlier run, or submits it.
  caf::expected<actors::job_status> begin(const checked_sheet& sheet,
                                          const job_options& job) {
    const auto fingerprint = job_fingerprint(sheet.sha256, job);
    auto known = head_->journal().job_by_fingerprint(fingerprint);
    if (!known)
      return std::move(known.error());
    if (*known)
      return again((*known)->id);
    const auto now = unix_now();
    return submit(*head_, options_.csv, sheet,
                  {.id = new_id("job_", now),
                   .fingerprint = fingerprint,
                   .source = fs::path{options_.csv}.filename().string(),
                   .options = job,
                   .totals = sheet.summary.totals,
                   .csv_bytes = sheet.bytes,
                   .state = job_state::queued,
                   .why = {},
                   .attempt = 1,
                   .created_at = now,
                   .started_at = 0,
                   .finished_at = 0});
  }

  caf::expected<actors::job_status> again(const std::string& id) {
    auto status = head_->wake(id);
    if (!status)
      return status;
    const auto& counters = status->counters;
    if (is_terminal(status->record.state)) {
      if (options_.retry_failed && counters.failed + counters.canceled > 0)
        return head_->command({.job = id,
                               .verb = actors::job_verb::retry,
                               .codes = {},
                               .hosts = {},
                               .limit = 0});
      say("finished before: " + id + "; nothing to do\n");
    } else if (counters.settled() > 0) {
      say("resuming " + id + ": " + std::to_string(counters.settled()) + " of "
          + std::to_string(status->record.totals.slots) + " images are done\n");
    }
    return status;
  }

  void say(const std::string& text) {
    if (!options_.json)
      to_.out << text << std::flush;
  }

  int interrupted(const actors::job_status& status) {
    to_.err << "pixmill: interrupted; " << status.counters.settled() << " of "
            << status.record.totals.slots << " images are done and kept in "
            << out_.string() << "; the same command resumes\n";
    return exit_interrupted;
  }

  int report(const actors::job_status& status, double seconds) {
    const auto& job = status.record;
    if (auto written =
          write_result_files(head_->journal(), job, rules_, out_, images_folder,
                             options_.report_full, options_.csv_safe);
        !written)
      return refuse(written.error());
    if (options_.json)
      write_json(status, seconds);
    else
      write_text(status, seconds);
    return exit_code_of(job.state);
  }

  void write_text(const actors::job_status& status, double seconds) {
    to_.out << summary(figures_of(status), seconds);
    to_.out << "  results     " << (out_ / "results.csv").string() << '\n';
    if (status.record.state != job_state::completed)
      to_.out << "  not done    " << (out_ / "failed.csv").string()
              << " (or run again with --retry-failed)\n";
    to_.out << "  images      " << (out_ / images_folder).string() << '\n'
            << std::flush;
  }

  void write_json(const actors::job_status& status, double seconds) {
    const auto& job = status.record;
    const auto& counters = status.counters;
    const nlohmann::ordered_json out{
      {"id", job.id},
      {"state", to_string(job.state)},
      {"attempt", job.attempt},
      {"rows", job.totals.rows},
      {"images", {{"total", job.totals.slots}, {"unique", job.totals.unique}}},
      {"progress",
       {{"total", job.totals.slots},
        {"done", counters.done},
        {"kept_original", counters.kept_original},
        {"failed", counters.failed},
        {"skipped", counters.skipped},
        {"canceled", counters.canceled},
        {"active", status.active},
        {"pending", status.pending}}},
      {"bytes", {{"in", counters.bytes_in}, {"out", counters.bytes_out}}},
      {"failures", counters.failures},
      {"seconds", seconds},
      {"results_csv", (out_ / "results.csv").string()},
      {"images_folder", (out_ / images_folder).string()}};
    to_.out << out.dump(2) << std::endl;
  }

  const run_options& options_;
  const std::string& program_;
  const terminal& to_;
  fs::path out_;
  sheet_rules rules_;
  std::unique_ptr<actors::head> head_;
};

} // namespace

int run(const run_options& options, const config::settings& settings,
        const std::string& program, const terminal& to) {
  auto job = job_options_of(options, settings.jobs.default_floor_ssim_ppm);
  if (!job) {
    complain(to, context_of(job.error()));
    return exit_usage;
  }
  const auto rules = rules_of(options);
  auto sheet = check_sheet(options.csv, rules);
  if (!sheet) {
    complain(to, context_of(sheet.error()));
    return exit_usage;
  }
  if (!usable(sheet->summary, options))
    return report_sheet(sheet->summary, options, options.json, to);
  return session{options, program, to}.go(settings, rules, *sheet, *job);
}

} // namespace pixmill::cli
