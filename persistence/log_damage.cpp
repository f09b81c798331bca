#include "persistence/log_damage.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace pixmill::persistence {
namespace {

// A log is a row of 32 KiB blocks; no fragment of a record crosses their
// borders. Header: CRC-32C of type and content, masked; length u16; type u8.
constexpr std::size_t block_bytes = 32'768;
constexpr std::size_t header_bytes = 7;

enum fragment : std::uint8_t { padding, full, first, middle, last };

constexpr auto crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    auto crc = i;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
    table[i] = crc;
  }
  return table;
}();

std::uint32_t crc32c(std::string_view bytes) noexcept {
  auto crc = ~0u;
  for (const auto byte : bytes)
    crc = (crc >> 8) ^ crc_table[(crc ^ static_cast<std::uint8_t>(byte)) & 255];
  return ~crc;
}

std::uint32_t little_endian(std::string_view bytes) noexcept {
  std::uint32_t x = 0;
  for (auto i = bytes.size(); i-- > 0;)
    x = x << 8 | static_cast<std::uint8_t>(bytes[i]);
  return x;
}

/// Reads the fragment at `at` in `block`.
/// @returns Its size with header, or 0 when there is no whole one.
std::size_t fragment_at(std::string_view block, std::size_t at,
                        std::uint8_t& type) noexcept {
  if (block.size() < at + header_bytes)
    return 0;
  const auto length = little_endian(block.substr(at + 4, 2));
  type = static_cast<std::uint8_t>(block[at + 6]);
  if (type < full || type > last || block.size() < at + header_bytes + length)
    return 0;
  const auto crc = crc32c(block.substr(at + 6, length + 1));
  const auto masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
  return masked == little_endian(block.substr(at, 4)) ? header_bytes + length
                                                      : 0;
}

class log_reader {
public:
  /// Takes the next block of the file.
  void read(std::string_view block) {
    std::size_t at = 0;
    while (!broken_ && block.size() - at >= header_bytes) {
      std::uint8_t type = padding;
      const auto size = fragment_at(block, at, type);
      // Zeros to the block's end are padding, unless a record is open.
      if (size == 0 && !open_
          && block.find_first_not_of('\0', at) == block.npos)
        break;
      const auto begins = type == full || type == first;
      if (size == 0 || begins == open_) {
        broken_ = true;
        break;
      }
      at += size;
      open_ = type == first || type == middle;
      if (!open_)
        whole_bytes_ = base_ + at;
    }
    if (broken_)
      look_for_a_beginning(block, at);
    base_ += block.size();
  }

  bool broken() const noexcept {
    return broken_;
  }
  bool goes_on() const noexcept {
    return goes_on_;
  }
  std::uint64_t whole_bytes() const noexcept {
    return whole_bytes_;
  }

private:
  // Another record behind the broken one says that it was whole once: only the
  // last one can be torn. Fragments in the middle may be its own.
  void look_for_a_beginning(std::string_view block, std::size_t at) {
    for (; at + header_bytes <= block.size() && !goes_on_; ++at) {
      std::uint8_t type = static_cast<std::uint8_t>(block[at + 6]);
      if (type == full || type == first)
        goes_on_ = fragment_at(block, at, type) != 0;
    }
  }

  std::uint64_t base_ = 0;
  std::uint64_t whole_bytes_ = 0;
  bool open_ = false;    // A first fragment came, its last did not yet.
  bool broken_ = false;  // A fragment was not whole.
  bool goes_on_ = false; // And another record begins behind it.
};

std::optional<log_damage> damage_of(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  std::string block(block_bytes, '\0');
  log_reader reader;
  while (stream) {
    stream.read(block.data(), static_cast<std::streamsize>(block.size()));
    reader.read({block.data(), static_cast<std::size_t>(stream.gcount())});
  }
  if (!reader.broken())
    return std::nullopt;
  return log_damage{file, reader.whole_bytes(), !reader.goes_on()};
}

} // namespace

std::optional<log_damage> find_log_damage(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> logs;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{folder, ignored})
    if (entry.path().extension() == ".log" && entry.file_size(ignored) > 0)
      logs.push_back(entry.path());
  // Their names are numbers with leading zeros: the newest is the last.
  std::sort(logs.begin(), logs.end());
  for (const auto& log : logs)
    if (auto damage = damage_of(log)) {
      damage->torn = damage->torn && log == logs.back();
      return damage;
    }
  return std::nullopt;
}

} // namespace pixmill::persistence
