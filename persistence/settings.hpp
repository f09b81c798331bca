#pragma once

#include <chrono>
#include <cstdint>
#include <string>

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

} // namespace pixmill::persistence
