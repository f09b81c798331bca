#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "persistence/object_owners.hpp"
#include "persistence/posix_file.hpp"

namespace pixmill::persistence {

/// The owners of a folder of images: lines of the file `.pixmill-owners` there.
class store_owners final : public object_owners {
public:
  /// @param folder Of the images; exists.
  /// @param id     Of this process's journal.
  store_owners(std::filesystem::path folder, std::string id);

  caf::expected<caf::unit_t> claim(bool journal_is_new) const override;
  caf::expected<bool> if_sole(const std::function<void()>& act) const override;

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
