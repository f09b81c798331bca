#include "http/submission.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "http/request_scope.hpp"
#include "model/errc.hpp"
#include "model/options.hpp"

namespace pixmill::http {
namespace {

// The journal's unit; see ARCHITECTURE's column families.
constexpr std::size_t chunk_bytes = 256 << 10;

// How long a sender may repeat a request under its key.
constexpr std::chrono::milliseconds key_lifetime = std::chrono::hours{24};

} // namespace

submission::submission(backend& head, std::string tenant,
                       std::uint64_t max_bytes)
    : head_{head}, tenant_{std::move(tenant)},
      max_bytes_{max_bytes}, id_{new_id("job_", unix_now())} {}

submission::~submission() {
  // An error leaves the chunks to the next start, which drops them.
  if (!accepted_ && chunks_ > 0)
    static_cast<void>(head_.erase(id_));
}

caf::error submission::feed(std::string_view bytes) {
  bytes_ += bytes.size();
  if (bytes_ > max_bytes_)
    return make_error(errc::too_large, "the CSV is larger than "
                                         + std::to_string(max_bytes_)
                                         + " bytes");
  hash_.update(bytes);
  while (!bytes.empty()) {
    const auto part = std::min(bytes.size(), chunk_bytes - pending_.size());
    pending_ += bytes.substr(0, part);
    bytes.remove_prefix(part);
    if (pending_.size() == chunk_bytes)
      if (auto refused = store(std::exchange(pending_, {})))
        return refused;
  }
  return {};
}

caf::error submission::store(std::string chunk) {
  if (auto stored = head_.put_chunk(id_, chunks_, std::move(chunk)); !stored)
    return stored.error();
  ++chunks_;
  return {};
}

// What is one chunk alone is kept until the job is accepted: one write to the
// disk instead of two, and none for a sheet that is refused.
caf::expected<sheet_summary> submission::check(const job_options& options) {
  if (chunks_ == 0) {
    auto reader = head_.validator(options);
    reader.feed(pending_);
    return reader.finish();
  }
  if (!pending_.empty())
    if (auto refused = store(std::exchange(pending_, {})))
      return refused;
  return head_.check(id_, options);
}

caf::expected<bool> submission::repeat(const std::string& key,
                                       const std::string& hash,
                                       submitted& out) {
  if (key.empty())
    return false;
  auto earlier = head_.submitted_as(tenant_, key);
  if (!earlier)
    return std::move(earlier.error());
  if (!*earlier || unix_now() - (*earlier)->created_at > key_lifetime.count())
    return false;
  out.key_reused = (*earlier)->submission_hash != hash;
  if (out.key_reused)
    return true;
  auto status = head_.status((*earlier)->id);
  if (!status)
    return std::move(status.error());
  out.job = std::move(*status);
  return true;
}

caf::expected<submitted> submission::finish(const job_options& options,
                                            std::string source,
                                            std::string key) {
  auto sheet = check(options);
  if (!sheet)
    return std::move(sheet.error());
  submitted out;
  out.sheet = std::move(*sheet);
  if (!out.sheet.usable(options.on_invalid))
    return out;
  const auto csv_hash = hash_.finish();
  const auto hash = sha256_of(csv_hash + pixmill::to_json(options));
  if (auto repeated = repeat(key, hash, out); !repeated)
    return std::move(repeated.error());
  else if (*repeated)
    return out;
  const auto fingerprint = job_fingerprint(csv_hash, options, tenant_);
  auto earlier = head_.same_work(fingerprint);
  if (!earlier)
    return std::move(earlier.error());
  if (*earlier)
    out.duplicate_of = (*earlier)->id;
  job_record job;
  job.id = id_;
  job.fingerprint = fingerprint;
  job.source = std::move(source);
  job.options = options;
  job.totals = out.sheet.totals;
  job.csv_bytes = bytes_;
  job.created_at = unix_now();
  job.submission_key = std::move(key);
  job.submission_hash = hash;
  job.tenant = tenant_;
  if (auto* scope = request_scope::current()) {
    job.trace_parent = scope->trace_parent();
    scope->note_job(id_);
  }
  auto accepted = head_.accept(std::move(job), std::move(pending_));
  if (!accepted)
    return std::move(accepted.error());
  accepted_ = true;
  out.job = std::move(*accepted);
  return out;
}

} // namespace pixmill::http
