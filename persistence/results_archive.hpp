#pragma once

#include <memory>
#include <string>

#include <caf/expected.hpp>

#include "model/results.hpp"
#include "persistence/journal_store.hpp"
#include "persistence/object_store.hpp"

namespace pixmill::persistence {

/// Streams the results of one job as a ZIP: `results.csv`, whose links are
/// relative, and the images, as they are, under names such as
/// `images/0001-1-blue-mug.jpg` (row, place in its list, name of the product).
///
/// What it holds in memory is one piece of a file, and about 150 bytes for each
/// image: a ZIP ends in a list of its files. Content that several slots share
/// is stored once, as long as there are no more than 65 536 contents before it.
class results_archive {
public:
  /// @param images Outlives the archive, as `journal` does.
  /// @param rules  The rules under which the sheet was accepted.
  /// @param style  Of `results.csv`; its `link` is not used.
  results_archive(const journal_store& journal, const object_store& images,
                  const job_record& job, const sheet_rules& rules,
                  results_style style);
  ~results_archive();
  results_archive(const results_archive&) = delete;
  results_archive& operator=(const results_archive&) = delete;

  /// Appends some more to `out`.
  /// @returns Whether there is more to come.
  /// @retval errc::store An image is missing.
  caf::expected<bool> next(std::string& out);

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill::persistence
