#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/unit.hpp>

namespace pixmill::cluster {

/// What a certificate says, for people.
struct certificate_info {
  std::string subject;
  std::string issuer;
  std::string serial;           ///< Hex.
  std::string fingerprint;      ///< SHA-256, hex.
  std::int64_t valid_from = 0;  ///< Unix seconds.
  std::int64_t valid_until = 0; ///< Unix seconds.
  bool is_authority = false;
  bool has_key = false;       ///< The file holds the key, and it fits.
  bool has_authority = false; ///< The file holds the CA that signed it.
};

/// Names of the files of a certificate authority, in its folder.
inline constexpr auto authority_file = "cluster-ca.pem";
inline constexpr auto authority_key_file = "cluster-ca.key";

/// Makes a private certificate authority for one cluster: P-256, 10 years.
/// Whoever has its key can make nodes; it is needed nowhere but for `issue`.
/// @retval errc::file_unwritable It cannot be written, or there is one already.
caf::error make_authority(const std::filesystem::path& folder);

/// Makes the bundle of one node: its certificate, its key and the CA's
/// certificate in one PEM file that only its owner reads. A bundle of the same
/// name is replaced at once and whole: nodes take it for their next connection.
/// @param folder Of the authority.
/// @retval errc::file_unreadable There is no authority in `folder`.
/// @retval errc::file_unwritable
caf::error issue_bundle(const std::filesystem::path& folder,
                        const std::string& name,
                        const std::filesystem::path& bundle,
                        std::int64_t seconds);

/// Reads the first certificate of a PEM file, and what comes with it.
/// @retval errc::file_unreadable Names the file and what is wrong.
caf::expected<certificate_info>
read_certificate(const std::filesystem::path& file);

/// Returns why a node cannot use a bundle; empty: it can. CAF would abort, hang
/// or let anybody in.
/// @param now Unix seconds.
/// @retval errc::config_invalid Names the file, what is wrong, and the remedy.
caf::error check_bundle(const std::filesystem::path& bundle, std::int64_t now);

} // namespace pixmill::cluster
