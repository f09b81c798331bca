#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pixmill::http {

/// Bytes that may be in use at once, counted by whoever uses them.
/// @note Thread-safe.
class byte_budget {
public:
  explicit byte_budget(std::uint64_t limit_bytes) : limit_{limit_bytes} {}

  /// Takes `bytes` unless that passes the limit.
  bool try_take(std::uint64_t bytes) noexcept;
  void give_back(std::uint64_t bytes) noexcept;
  std::uint64_t used() const noexcept {
    return used_.load(std::memory_order_relaxed);
  }

private:
  const std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
};

/// Bytes of a budget that go back by themselves.
class budget_share {
public:
  explicit budget_share(byte_budget& budget) noexcept : budget_{&budget} {}
  ~budget_share() {
    resize(0);
  }
  budget_share(const budget_share&) = delete;
  budget_share& operator=(const budget_share&) = delete;

  /// Holds `bytes` instead of what it held.
  /// @returns False, and nothing changes, when the budget does not allow it.
  bool resize(std::uint64_t bytes) noexcept;
  std::uint64_t size() const noexcept {
    return size_;
  }

private:
  byte_budget* budget_;
  std::uint64_t size_ = 0;
};

/// What all spools of a gate share.
struct spool_room {
  std::string directory; ///< Where files are made.
  std::size_t above;     ///< Bytes; a longer spool is kept in a file.
  byte_budget& memory;   ///< A spool that it has no room for becomes a file.
  byte_budget& disk;
};

enum class spool_state : std::uint8_t {
  stored,
  no_room,  ///< The budget of files is used up.
  disk_full ///< The file could not be made or written.
};

/// One body, written once and read once from its beginning: in memory while
/// it is short, in a file without a name when it is long.
class spool {
public:
  explicit spool(spool_room& room);
  ~spool();
  spool(const spool&) = delete;
  spool& operator=(const spool&) = delete;

  spool_state append(std::string_view bytes);

  /// Copies up to `length` bytes that were not read yet.
  /// @returns How many; 0 at the end, -1 when the file cannot be read.
  std::ptrdiff_t read(char* to, std::size_t length);

  std::uint64_t size() const noexcept {
    return size_;
  }
  /// True when the bytes are in a file.
  bool in_file() const noexcept {
    return file_ >= 0;
  }

private:
  spool_state append_to_file(std::string_view bytes);
  spool_state move_to_file();

  spool_room& room_;
  budget_share memory_share_;
  budget_share disk_share_;
  std::string memory_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t read_ = 0;
};

} // namespace pixmill::http
