#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "cli/served_images.hpp"
#include "imaging/codec_pool.hpp"

namespace pixmill::cli {

/// One file that results refer to, and what is wrong with it.
struct stored_file {
  std::uint64_t bytes = 0;
  std::string problem; ///< `missing`, `hash-mismatch`, …; empty: none found.
  std::string detail;  ///< More about it, for a person.
};

/// Checks files as they are named, each once, several at a time.
class stored_files {
public:
  /// @param folder That links are relative to.
  /// @param codec Decodes the files; outlives this.
  /// @param in_flight Most files held in memory at once.
  /// @param served Of a server, for links that are URLs; outlives this.
  stored_files(std::filesystem::path folder, imaging::codec& codec,
               std::size_t in_flight, served_images& served);
  stored_files(const stored_files&) = delete;
  stored_files& operator=(const stored_files&) = delete;
  ~stored_files();

  /// Begins to check the file behind `link`, unless that was done before.
  /// @returns Its index; the file itself is complete after `wait`.
  std::size_t add(const std::string& link);

  /// Returns when every file has been checked.
  void wait();

  const stored_file& operator[](std::size_t index) const {
    return files_[index];
  }

  std::size_t size() const noexcept {
    return files_.size();
  }

private:
  void check(const std::string& link, std::size_t index);
  void check_served(const persistence::stored_object& which, std::size_t index);
  void decode(std::string bytes, std::size_t index);

  std::filesystem::path folder_;
  imaging::codec& codec_;
  std::size_t in_flight_;
  served_images& served_;
  std::unordered_map<std::string, std::size_t> known_;
  // A deque: codec threads write to members while others are added.
  std::deque<stored_file> files_;
  std::mutex mutex_; // Guards what follows.
  std::condition_variable settled_;
  std::size_t pending_ = 0;
};

} // namespace pixmill::cli
