#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <caf/expected.hpp>

namespace pixmill::imaging {

/// An anonymous file in memory that two processes map. Its size is sealed:
/// whoever is at the other end cannot shrink it under our feet.
class shared_memory {
public:
  shared_memory() = default;
  shared_memory(shared_memory&& other) noexcept;
  shared_memory& operator=(shared_memory&& other) noexcept;
  ~shared_memory();

  /// @retval errc::decoder_crash The system has no memory or no file left.
  static caf::expected<shared_memory> create(std::size_t bytes);

  /// Maps what another process created. Takes `descriptor`.
  /// @retval errc::decoder_crash It cannot be mapped.
  static caf::expected<shared_memory> adopt(int descriptor);

  /// Returns the file; -1 when empty.
  int descriptor() const noexcept {
    return descriptor_;
  }

  std::span<std::uint8_t> bytes() const noexcept {
    return bytes_;
  }

private:
  shared_memory(int descriptor, std::span<std::uint8_t> bytes) noexcept
      : descriptor_(descriptor), bytes_(bytes) {}

  int descriptor_ = -1;
  std::span<std::uint8_t> bytes_;
};

} // namespace pixmill::imaging
