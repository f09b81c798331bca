#include "persistence/record_codec.hpp"

#include "persistence/record_fields.hpp"

namespace pixmill::persistence {
namespace {

// The fields in their order on disk, for both directions. To add one is to
// raise the version, and to ask for it.

template <class F, class T>
void each_of_failure(F& f, T& x) {
  f(x.code);
  f(x.http_status);
  f(x.detail);
}

template <class F, class T>
void each_of_outcome(F& f, T& x) {
  f(x.state);
  each_of_failure(f, x.why);
  f.hash(x.sha256);
  f(x.format);
  f(x.bytes_in);
  f(x.bytes_out);
  f(x.width);
  f(x.height);
  f(x.quality);
  f(x.ssim_ppm);
  f(x.target_missed);
  f(x.milliseconds);
  f(x.attempts);
  f(x.node);
  if (!f.has(3))
    return;
  f(x.ssim_worst_ppm);
  f(x.chroma_ssim_ppm);
  f(x.chroma_ssim_worst_ppm);
  f(x.why_format);
}

template <class F, class T>
void each_of_counters(F& f, T& x) {
  f(x.done);
  f(x.kept_original);
  f(x.failed);
  f(x.skipped);
  f(x.canceled);
  f(x.bytes_in);
  f(x.bytes_out);
  f(x.failures);
  if (f.has(4))
    f(x.nodes);
}

template <class F, class T>
void each_of_options(F& f, T& x) {
  f(x.name);
  f(x.on_invalid);
  f(x.goal.target);
  f(x.goal.value);
  f(x.goal.floor_ssim_ppm);
  f(x.goal.format);
  f(x.goal.max_edge);
  f(x.columns.serial);
  f(x.columns.name);
  f(x.columns.urls);
  f(x.assume_https);
  f(x.max_failure_ppm);
  f(x.deadline);
  f(x.priority);
  f(x.webhook_url);
  f(x.webhook_full);
}

template <class F, class T>
void each_of_record(F& f, T& x) {
  f(x.id);
  f(x.fingerprint);
  f(x.source);
  each_of_options(f, x.options);
  f(x.totals.rows);
  f(x.totals.slots);
  f(x.totals.unique);
  f(x.csv_bytes);
  f(x.state);
  each_of_failure(f, x.why);
  f(x.attempt);
  f(x.created_at);
  f(x.started_at);
  f(x.finished_at);
  f(x.submission_key);
  f.hash(x.submission_hash);
  if (!f.has(2))
    return;
  f(x.tenant);
  f(x.trace_parent);
}

template <class F, class T>
void each_of_token(F& f, T& x) {
  f(x.id);
  f.hash(x.sha256);
  f(x.name);
  f(x.tenant);
  f(x.scopes);
  f(x.created_at);
  f(x.expires_at);
}

template <class F, class T>
void each_of_attempt(F& f, T& x) {
  f(x.at);
  f(x.status);
  each_of_failure(f, x.why);
  f(x.milliseconds);
}

template <class F, class T>
void each_of_delivery(F& f, T& x) {
  f(x.id);
  f(x.created_at);
  f(x.state);
  f(x.next_at);
  f(x.tries);
  f.each(x.attempts, [&f](auto& attempt) { each_of_attempt(f, attempt); });
  each_of_counters(f, x.counters);
  each_of_record(f, x.job);
}

template <class F, class T>
void each_of_entry(F& f, T& x) {
  f(x.job);
  f(x.url);
  f(x.tries);
}

template <class F, class T>
void each_of_audit(F& f, T& x) {
  f(x.id);
  f(x.at);
  f(x.who);
  f(x.address);
  f(x.what);
  f(x.target);
  f(x.effect);
  f(x.request);
}

template <class F, class T>
void each_of_sample(F& f, T& x) {
  f(x.began_s);
  f(x.covered_ms);
  f(x.images);
  f(x.bytes_in);
  f(x.bytes_out);
  f(x.failures);
  f(x.cpu_us);
}

} // namespace

std::string encode(const outcome& x) {
  std::string out;
  field_writer f{out};
  each_of_outcome(f, x);
  return out;
}

std::string encode(const job_counters& x) {
  std::string out;
  field_writer f{out};
  each_of_counters(f, x);
  return out;
}

std::string encode(const job_record& x) {
  std::string out;
  field_writer f{out};
  each_of_record(f, x);
  return out;
}

std::string encode(const api_token& x) {
  std::string out;
  field_writer f{out};
  each_of_token(f, x);
  return out;
}

std::string encode(const std::vector<slot_id>& x) {
  std::string out;
  out.reserve(2 + 5 * x.size());
  field_writer f{out};
  f.varint(x.size());
  for (const auto& slot : x) {
    f(slot.row);
    f(slot.index);
  }
  return out;
}

// Each but the first by what it is ahead of the one before: 4 bytes a mark.
std::string encode(const std::vector<sheet_mark>& x) {
  std::string out;
  field_writer f{out};
  f.varint(x.size());
  sheet_mark before;
  for (const auto& mark : x) {
    f.varint(mark.row - before.row);
    f.varint(mark.line - before.line);
    f.varint(mark.offset - before.offset);
    before = mark;
  }
  return out;
}

std::string encode(const delivery& x) {
  std::string out;
  field_writer f{out};
  each_of_delivery(f, x);
  return out;
}

std::string encode(const outbox_entry& x) {
  std::string out;
  field_writer f{out};
  each_of_entry(f, x);
  return out;
}

bool decode(std::string_view bytes, outcome& x) {
  field_reader f{bytes};
  each_of_outcome(f, x);
  return f.finished_well();
}

bool decode(std::string_view bytes, job_counters& x) {
  field_reader f{bytes};
  each_of_counters(f, x);
  return f.finished_well();
}

bool decode(std::string_view bytes, job_record& x) {
  field_reader f{bytes};
  each_of_record(f, x);
  return f.finished_well();
}

bool decode(std::string_view bytes, api_token& x) {
  field_reader f{bytes};
  each_of_token(f, x);
  return f.finished_well();
}

bool decode(std::string_view bytes, std::vector<slot_id>& x) {
  field_reader f{bytes};
  const auto count = f.varint();
  x.clear();
  if (count > bytes.size())
    return false;
  x.resize(static_cast<std::size_t>(count));
  for (auto& slot : x) {
    f(slot.row);
    f(slot.index);
  }
  return f.finished_well();
}

bool decode(std::string_view bytes, std::vector<sheet_mark>& x) {
  field_reader f{bytes};
  const auto count = f.varint();
  x.clear();
  if (count > bytes.size())
    return false;
  x.resize(static_cast<std::size_t>(count));
  sheet_mark before;
  for (auto& mark : x) {
    mark.row = before.row + static_cast<std::uint32_t>(f.varint());
    mark.line = before.line + f.varint();
    mark.offset = before.offset + f.varint();
    before = mark;
  }
  return f.finished_well();
}

bool decode(std::string_view bytes, delivery& x) {
  field_reader f{bytes};
  each_of_delivery(f, x);
  return f.finished_well();
}

bool decode(std::string_view bytes, outbox_entry& x) {
  field_reader f{bytes};
  each_of_entry(f, x);
  return f.finished_well();
}

std::string encode(const audit_entry& x) {
  std::string out;
  field_writer f{out};
  each_of_audit(f, x);
  return out;
}

std::string encode(const rate_sample& x) {
  std::string out;
  field_writer f{out};
  each_of_sample(f, x);
  return out;
}

bool decode(std::string_view bytes, audit_entry& x) {
  field_reader f{bytes};
  each_of_audit(f, x);
  return f.finished_well();
}

bool decode(std::string_view bytes, rate_sample& x) {
  field_reader f{bytes};
  each_of_sample(f, x);
  return f.finished_well();
}

} // namespace pixmill::persistence
