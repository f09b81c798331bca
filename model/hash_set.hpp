#pragma once

#include <cstdint>
#include <vector>

namespace pixmill {

/// Counts different 64-bit hashes: open addressing, 8 bytes a cell, at most
/// 3/4 full.
class hash_set {
public:
  /// Returns whether `hash` was not there yet.
  bool insert(std::uint64_t hash) {
    if (hash == 0)
      hash = 1; // 0 marks an empty cell.
    if ((size_ + 1) * 4 > cells_.size() * 3)
      grow();
    auto& cell = find(hash);
    if (cell == hash)
      return false;
    cell = hash;
    ++size_;
    return true;
  }

  /// Brings the place of `hash` near, ahead of its `insert`: in a large set,
  /// waiting for the memory is all that an insertion costs.
  void prefetch(std::uint64_t hash) const noexcept {
    __builtin_prefetch(&cells_[place(hash)], 1);
  }

  std::uint64_t size() const noexcept {
    return size_;
  }

private:
  std::uint64_t& find(std::uint64_t hash) {
    auto i = place(hash);
    while (cells_[i] != 0 && cells_[i] != hash)
      i = place(i + 1);
    return cells_[i];
  }

  std::size_t place(std::uint64_t hash) const noexcept {
    return static_cast<std::size_t>(hash) & (cells_.size() - 1);
  }

  void grow() {
    std::vector<std::uint64_t> old(cells_.size() * 2);
    old.swap(cells_);
    for (const auto hash : old)
      if (hash != 0)
        find(hash) = hash;
  }

  std::vector<std::uint64_t> cells_ = std::vector<std::uint64_t>(1024);
  std::uint64_t size_ = 0;
};

} // namespace pixmill
