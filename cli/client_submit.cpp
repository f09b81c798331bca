#include "cli/client_submit.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <ostream>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/client_watch.hpp"
#include "cli/exit_code.hpp"
#include "cli/job_request.hpp"
#include "cli/progress.hpp"
#include "cli/read_file.hpp"
#include "cli/service_json.hpp"
#include "cli/validate.hpp"
#include "model/options.hpp"
#include "model/sha256.hpp"

namespace pixmill::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr int max_attempts = 3;
constexpr auto first_pause = seconds{1};
constexpr auto longest_pause = seconds{10};

// Returns the SHA-256 of a file that can be sent more than once.
caf::expected<std::string> hash_of(const std::string& path, service& server) {
  std::error_code failed;
  const auto kind = fs::status(path, failed);
  if (fs::exists(kind) && !fs::is_regular_file(kind))
    return make_error(errc::file_unreadable, path + ": not a regular file");
  sha256 hash;
  bool leave = false;
  if (auto unread = read_file(path, [&](std::string_view block) {
        hash.update(block);
        leave = server.wait(seconds{0});
        return !leave;
      }))
    return unread;
  if (leave)
    return make_error(errc::interrupted, "interrupted");
  return hash.finish();
}

// Another submission of the same file is another job, so the time counts.
std::string idempotency_key(const std::string& file, const std::string& json) {
  return sha256_of("pixmill submit 1\n" + file + "\n" + json + "\n"
                   + std::to_string(unix_now()));
}

net::http_request request_for(const std::string& path, const std::string& key,
                              const std::string& json) {
  return {
    .method = net::http_method::post,
    .fields = {"Idempotency-Key: " + key},
    .parts = {
      {.name = "options", .body = json, .content_type = "application/json"},
      {.name = "file",
       .file = path,
       .file_name = fs::path{path}.filename().string(),
       .content_type =
         path.ends_with(".gz") ? "application/gzip" : "text/csv"}}};
}

seconds retry_after(const net::http_answer& answer) {
  const auto text = answer.field("retry-after");
  std::int64_t asked = 0;
  const auto read =
    std::from_chars(text.data(), text.data() + text.size(), asked);
  if (read.ec != std::errc{} || asked < 1)
    return first_pause;
  return std::min(seconds{asked}, seconds{longest_pause});
}

bool is_loss(const caf::error& reason) {
  const auto code = code_of(reason, errc::none);
  return code == errc::connect || code == errc::timeout
         || code == errc::truncated;
}

// Sends a request again, with the same key, where the answer is not known or
// the server asked for it.
caf::expected<net::http_answer> send(const net::http_request& request,
                                     service& server, const terminal& to) {
  for (int attempt = 1;; ++attempt) {
    auto answer = server.send(request, "/v1/jobs");
    const bool again = answer ? answer->status == 503 : is_loss(answer.error());
    if (!again || attempt == max_attempts)
      return answer;
    const auto pause = answer ? retry_after(*answer) : first_pause * attempt;
    const auto why = answer ? read_problem(answer->body, answer->status).line()
                            : context_of(answer.error());
    complain(to,
             why + "; trying again in " + std::to_string(pause.count()) + " s");
    if (server.wait(pause))
      return make_error(errc::interrupted, "interrupted");
  }
}

void print(const job_answer& job, const submit_options& options,
           const terminal& to) {
  print_issues(job.sheet, to);
  const auto id = printable(job.figures.id);
  const auto where = options.url.empty() ? "" : " --url " + options.url;
  to.out << id << ' ' << to_string(job.figures.state) << '\n'
         << summary_line("images", size_of(job.figures.totals));
  if (job.sheet.warnings_total > 0)
    to.out << summary_line("warnings",
                           std::to_string(job.sheet.warnings_total));
  if (!options.wait)
    to.out << summary_line("follow", "pixmill watch " + id + where)
           << summary_line("results", "pixmill results " + id
                                        + " --out results.csv" + where);
  to.out << std::flush;
}

} // namespace

caf::expected<std::string> given_options(const submit_options& options) {
  // The floor that a server takes for granted is its own affair.
  auto job = job_options_of(options, 0);
  if (!job)
    return std::move(job.error());
  job->priority = static_cast<std::int8_t>(options.priority);
  job->webhook_url = options.webhook;
  const auto text = to_json(*job);
  // What flags cannot tell to be wrong, such as a name that is too long.
  if (auto read = parse_job_options(text); !read)
    return std::move(read.error());
  auto all = nlohmann::json::parse(text);
  const std::pair<const char*, bool> given[] = {
    {"name", !options.name.empty()},
    {"on_invalid", options.skip_invalid},
    {"target", !options.target.empty()},
    {"floor", !options.floor.empty()},
    {"format", !options.format.empty()},
    {"max_edge", options.max_edge > 0},
    {"assume_https", options.assume_https},
    {"max_failure_ratio", !options.max_failure_ratio.empty()},
    {"deadline", !options.deadline.empty()},
    {"priority", options.priority != 0}};
  for (const auto& [key, stays] : given)
    if (!stays)
      all.erase(key);
  return all.dump();
}

int submit(const submit_options& options, service& server, const terminal& to,
           bool live) {
  const auto json = given_options(options);
  if (!json)
    return report_failure(json.error(), to);
  const auto hash = hash_of(options.csv, server);
  if (!hash)
    return report_failure(hash.error(), to);
  const auto request =
    request_for(options.csv, idempotency_key(*hash, *json), *json);
  const auto answer = send(request, server, to);
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return report_problem(*answer, options.json, to);
  const auto job = read_job(answer->body);
  if (!job)
    return report_failure(job.error(), to);
  if (!options.json)
    print(*job, options, to);
  if (!options.wait)
    return options.json ? print_json(answer->body, to) : exit_ok;
  watch_options next;
  next.url = options.url;
  next.json = options.json;
  next.id = job->figures.id;
  return watch(next, server, to, live);
}

} // namespace pixmill::cli
