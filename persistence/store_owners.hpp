#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "persistence/posix_file.hpp"

namespace pixmill::persistence {

/// The journals whose outcomes name files of one folder of images, by id, in
/// the file `.pixmill-owners` of that folder. Files are removed only while
/// there is one such journal: another one's outcomes cannot be looked at.
class store_owners {
public:
  /// @param folder Of the images; exists.
  /// @param id     Of this process's journal.
  store_owners(std::filesystem::path folder, std::string id);

  /// Enters this journal. A journal without jobs that finds images of unknown
  /// origin enters an unknown journal as well.
  /// @retval errc::file_unwritable
  caf::expected<caf::unit_t> claim(bool journal_is_new) const;

  /// Keeps others from entering for as long as the descriptor lives.
  /// @returns Nothing when this journal is not the only one.
  std::optional<file_descriptor> lock_if_sole() const;

private:
  std::filesystem::path file() const;
  bool has_images() const;

  std::filesystem::path folder_;
  std::string id_;
};

} // namespace pixmill::persistence
