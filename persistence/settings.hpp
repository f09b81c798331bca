#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace pixmill::persistence {

/// Section `[store]`: where the truth and the images are.
struct store_settings {
  /// Folder of the journal (RocksDB).
  std::string journal = "pixmill-data/journal";
  /// Folder of the stored images.
  std::string images = "pixmill-data/images";
  /// A commit waits for this many outcomes …
  std::uint32_t commit_outcomes = 64;
  /// … or this long, whichever is first.
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
