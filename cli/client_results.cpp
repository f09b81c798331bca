#include "cli/client_results.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <system_error>

#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"
#include "cli/progress.hpp"
#include "cli/service_json.hpp"

namespace pixmill::cli {
namespace {

namespace fs = std::filesystem;

std::string path_of(const results_options& options) {
  const auto* file = [&] {
    switch (options.format) {
    case results_format::jsonl:
      return "/results.jsonl";
    case results_format::zip:
      return "/results.zip";
    case results_format::failed:
      return "/failed.csv";
    default:
      return "/results.csv";
    }
  }();
  std::string query;
  if (options.report_full)
    query += "&report=full";
  if (options.partial)
    query += "&partial=true";
  if (!query.empty())
    query.front() = '?';
  return job_path(options.id, file + query);
}

// A file that gets its name when it is whole, and goes when that never is.
class pending_file {
public:
  explicit pending_file(const std::string& path)
      : path_{path}, temporary_{path + "." + std::to_string(getpid())
                                + ".part"} {}
  pending_file(const pending_file&) = delete;
  pending_file& operator=(const pending_file&) = delete;
  ~pending_file() {
    std::error_code ignored;
    fs::remove(temporary_, ignored);
  }

  caf::error open() {
    std::error_code none;
    const auto there = fs::status(path_, none);
    if (fs::exists(there) && !fs::is_regular_file(there))
      return make_error(errc::file_unwritable,
                        path_.string() + ": not a regular file");
    out_.open(temporary_, std::ios::binary | std::ios::trunc);
    return check();
  }

  caf::error write(std::string_view bytes) {
    out_ << bytes;
    size_ += bytes.size();
    return check();
  }

  caf::error commit() {
    out_.close();
    std::error_code failed;
    if (out_)
      fs::rename(temporary_, path_, failed);
    if (failed)
      out_.setstate(std::ios::failbit);
    return check();
  }

  std::uint64_t size() const {
    return size_;
  }

private:
  caf::error check() const {
    return out_ ? caf::error{}
                : make_error(errc::file_unwritable,
                             path_.string() + ": cannot be written");
  }

  fs::path path_;
  fs::path temporary_;
  std::ofstream out_;
  std::uint64_t size_ = 0;
};

int refuse(const results_options& options, const net::http_answer& answer,
           const terminal& to) {
  if (options.json
      || read_problem(answer.body, answer.status).code != "not-finished")
    return report_problem(answer, options.json, to);
  complain(to, options.id
                 + " has not finished: pixmill watch waits for it, --partial "
                   "takes what there is (not-finished)");
  return exit_usage;
}

int to_standard_output(const results_options& options, service& server,
                       const terminal& to) {
  const auto answer =
    server.send({}, path_of(options), [&](std::string_view bytes) {
      to.out << bytes;
      return to.out ? caf::error{}
                    : make_error(errc::file_unwritable,
                                 "standard output: cannot be written");
    });
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return refuse(options, *answer, to);
  to.out << std::flush;
  return exit_ok;
}

int to_file(const results_options& options, service& server,
            const terminal& to) {
  pending_file file{options.out};
  if (const auto failed = file.open())
    return report_failure(failed, to);
  const auto answer =
    server.send({}, path_of(options),
                [&](std::string_view bytes) { return file.write(bytes); });
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return refuse(options, *answer, to);
  if (const auto failed = file.commit())
    return report_failure(failed, to);
  if (options.json)
    to.out << nlohmann::ordered_json{{"file", options.out},
                                     {"bytes", file.size()}}
                .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
           << std::endl;
  else
    to.out << printable(options.out) << ": " << human_bytes(file.size())
           << std::endl;
  return exit_ok;
}

} // namespace

int results(const results_options& options, service& server, const terminal& to,
            bool live) {
  if (!options.out.empty())
    return to_file(options, server, to);
  if (live && options.format == results_format::zip) {
    complain(to, "an archive is nothing for a terminal: name a file, --out "
                 "results.zip");
    return exit_usage;
  }
  return to_standard_output(options, server, to);
}

} // namespace pixmill::cli
