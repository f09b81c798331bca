#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace pixmill::persistence {

/// Where images are stored.
enum class store_kind : std::uint8_t {
  local, ///< In a directory.
  s3,    ///< In a bucket of an S3 API.
};

/// Section `[store]`: where the truth and the images are.
struct store_settings {
  store_kind kind = store_kind::local;
  /// Folder of the journal (RocksDB).
  std::string journal = "pixmill-data/journal";
  /// Folder of the images that are stored in a directory.
  std::string images = "pixmill-data/images";
  /// A commit waits for this many outcomes …
  std::uint32_t commit_outcomes = 64;
  /// … or this long, whichever is first; while more keep coming, four times as
  /// long.
  std::chrono::milliseconds commit_interval{10};
};

/// Section `[webhook]`, what concerns its secrets.
struct keyring_settings {
  /// `whsec_` and base64, the newest first; each signs. Empty: the file's.
  std::vector<std::string> secrets;
  /// File with one of them a line; empty: `webhook-secrets`, beside the
  /// journal's folder.
  std::string secrets_file;
};

} // namespace pixmill::persistence
