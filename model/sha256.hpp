#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pixmill {

/// Computes a SHA-256 over bytes as they come.
/// @see FIPS 180-4
class sha256 {
public:
  sha256();
  ~sha256();
  sha256(sha256&&) noexcept;
  sha256& operator=(sha256&&) noexcept;

  /// Takes the next bytes.
  void update(std::span<const std::uint8_t> bytes);
  void update(std::string_view bytes);

  /// Returns the hash of all bytes as 64 lower-case hex digits and starts
  /// over.
  std::string finish();

private:
  struct context;
  std::unique_ptr<context> context_;
};

/// Returns the SHA-256 of `bytes` as 64 lower-case hex digits.
std::string sha256_of(std::span<const std::uint8_t> bytes);
std::string sha256_of(std::string_view bytes);

/// Returns whether `text` is 64 lower-case hex digits.
bool is_sha256(std::string_view text) noexcept;

} // namespace pixmill
