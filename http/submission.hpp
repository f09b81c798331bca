#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "http/backend.hpp"
#include "http/csv_sink.hpp"
#include "model/sha256.hpp"

namespace pixmill::http {

/// What became of a submission.
struct submitted {
  sheet_summary sheet;
  /// Empty: the sheet is not valid, and nothing has started.
  std::optional<actors::job_status> job;
  std::string duplicate_of; ///< Id of a job of the same work; empty: none.
  /// The sender has used its key for another submission; nothing has started.
  bool key_reused = false;
};

/// A CSV on its way in. It is stored as it comes, a chunk at a time, read back
/// to be checked, and becomes a job only then: what the sender calls its
/// options may come last. Dropped unless it was accepted.
class submission final : public csv_sink {
public:
  /// @param tenant Whose job it becomes.
  /// @param max_bytes Of the CSV as sent.
  submission(backend& head, std::string tenant, std::uint64_t max_bytes);
  ~submission() override;
  submission(const submission&) = delete;
  submission& operator=(const submission&) = delete;

  /// Takes the next bytes.
  /// @returns An error when the submission must end: `errc::too_large`, or what
  ///          `backend::put_chunk` says.
  caf::error feed(std::string_view bytes) override;

  /// Checks what has come, and accepts it when it is valid.
  /// @param source File name or similar, for people.
  /// @param key What the sender calls the request. The same again within a day
  ///            is answered with the job that it became; empty: nothing.
  caf::expected<submitted> finish(const job_options& options,
                                  std::string source, std::string key = {});

private:
  caf::expected<sheet_summary> check(const job_options& options);
  /// Answers a repeated request; false: it is new.
  caf::expected<bool> repeat(const std::string& key, const std::string& hash,
                             submitted& out);
  caf::error store(std::string chunk);

  backend& head_;
  const std::string tenant_;
  const std::uint64_t max_bytes_;
  const std::string id_;
  sha256 hash_;
  std::string pending_; ///< Less than a chunk.
  std::uint64_t bytes_ = 0;
  std::uint32_t chunks_ = 0;
  bool accepted_ = false;
};

} // namespace pixmill::http
