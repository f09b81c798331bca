#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/webhook_signature.hpp"
#include "persistence/settings.hpp"

namespace pixmill::persistence {

/// The secrets that webhooks are signed with: those of the settings, else those
/// of a file, which is read anew each time, so that a running server signs with
/// a new secret as soon as it stands there.
///
/// The file has one secret a line, the newest first; blank lines and lines that
/// start with `#` say nothing. Whoever may read it may forge webhooks.
class webhook_keyring {
public:
  /// Most secrets that are in force at once.
  static constexpr std::size_t most_secrets = 10;

  /// @param beside Where the file is when the settings name none: next to this
  ///        folder, as `webhook-secrets`.
  webhook_keyring(const keyring_settings& settings,
                  const std::filesystem::path& beside);

  /// Makes the file, with a new secret and for this user alone, if there are no
  /// secrets yet.
  /// @retval errc::file_unwritable Names the file.
  caf::expected<caf::unit_t> make_first() const;

  /// Puts a new secret in front and keeps `keep` of those before it.
  /// @retval errc::option_invalid The secrets come from the settings.
  /// @retval errc::file_unwritable, errc::file_unreadable Names the file.
  caf::expected<caf::unit_t> rotate(std::size_t keep) const;

  /// Returns the secrets, the newest first; at least one.
  /// @retval errc::file_unreadable Names the file, and the line that is no
  ///         secret.
  caf::expected<std::vector<webhook_secret>> secrets() const;

  /// Returns the file; empty: the secrets come from the settings.
  const std::filesystem::path& file() const noexcept {
    return file_;
  }

private:
  caf::expected<caf::unit_t>
  write(const std::vector<webhook_secret>& secrets) const;

  std::vector<webhook_secret> given_;
  std::filesystem::path file_;
};

} // namespace pixmill::persistence
