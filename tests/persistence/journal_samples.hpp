#pragma once

#include <string>
#include <vector>

#include "model/job.hpp"
#include "persistence/journal_store.hpp"

namespace pixmill::test {

inline job_record job_named(std::string id, unix_ms created_at = 1) {
  job_record job;
  job.id = std::move(id);
  job.fingerprint = "same work";
  job.source = "catalog.csv";
  job.created_at = created_at;
  return job;
}

/// An outcome that differs from row to row.
inline outcome outcome_of(std::uint32_t row) {
  outcome x;
  x.state = item_state::done;
  x.sha256 = std::string(56, '0') + std::to_string(10'000'000 + row);
  x.format = image_format::jpeg;
  x.bytes_in = 1'000 + row;
  x.bytes_out = row;
  x.quality = 70;
  x.ssim_ppm = 980'000;
  x.milliseconds = row % 1000;
  x.attempts = 1;
  x.node = "local";
  x.ssim_worst_ppm = 950'000;
  x.chroma_ssim_ppm = 970'000;
  x.chroma_ssim_worst_ppm = 930'000;
  x.why_format = format_reason::photo;
  return x;
}

inline outcome failure_of(errc code) {
  outcome x;
  x.state = item_state::failed;
  x.why = {code, 0, "said so"};
  x.attempts = 3;
  return x;
}

inline persistence::slot_write write_of(std::string job, std::uint32_t row,
                                        std::uint16_t index = 0) {
  return {std::move(job), {row, index}, outcome_of(row)};
}

/// Rows `first` to `last`, one slot each.
inline std::vector<persistence::slot_write>
batch_of(const std::string& job, std::uint32_t first, std::uint32_t last) {
  std::vector<persistence::slot_write> writes;
  for (auto row = first; row <= last; ++row)
    writes.push_back(write_of(job, row));
  return writes;
}

} // namespace pixmill::test
