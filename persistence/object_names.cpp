#include "persistence/object_names.hpp"

#include <system_error>
#include <utility>

#include "model/sha256.hpp"
#include "persistence/posix_file.hpp"

namespace pixmill::persistence {

std::string file_name(std::string_view sha256, image_format format) {
  return std::string{sha256}.append(".").append(extension_of(format));
}

std::size_t folder_index(std::string_view sha256) noexcept {
  const auto nibble = [](char digit) {
    return static_cast<std::size_t>(digit <= '9' ? digit - '0'
                                                 : digit - 'a' + 10);
  };
  return nibble(sha256[0]) * 16 + nibble(sha256[1]);
}

std::string folder_name(std::size_t index) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {digits[index / 16], digits[index % 16]};
}

std::optional<stored_object> object_of(std::string_view file_name) {
  constexpr std::size_t hash_length = 64;
  if (file_name.size() <= hash_length || file_name[hash_length] != '.')
    return std::nullopt;
  stored_object out{std::string{file_name.substr(0, hash_length)},
                    format_of_extension(file_name.substr(hash_length + 1))};
  if (!is_sha256(out.sha256) || out.format == image_format::unknown)
    return std::nullopt;
  return out;
}

caf::expected<std::vector<stored_object>>
list_objects(const std::filesystem::path& root, std::size_t index) {
  std::vector<stored_object> out;
  std::error_code failed;
  const auto folder = root / folder_name(index);
  if (!std::filesystem::exists(folder, failed))
    return out;
  std::filesystem::directory_iterator entry{folder, failed};
  for (; !failed && entry != std::filesystem::directory_iterator{};
       entry.increment(failed)) {
    if (auto found = object_of(entry->path().filename().string()))
      out.push_back(std::move(*found));
  }
  if (failed)
    return file_error(failed.value(), "list", folder);
  return out;
}

} // namespace pixmill::persistence
