#include "persistence/object_names.hpp"

#include <system_error>

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

caf::expected<std::vector<stored_object>>
list_objects(const std::filesystem::path& root, std::size_t index) {
  constexpr std::size_t hash_length = 64;
  std::vector<stored_object> out;
  std::error_code failed;
  const auto folder = root / folder_name(index);
  if (!std::filesystem::exists(folder, failed))
    return out;
  std::filesystem::directory_iterator entry{folder, failed};
  for (; !failed && entry != std::filesystem::directory_iterator{};
       entry.increment(failed)) {
    const auto name = entry->path().filename().string();
    const auto sha256 = name.substr(0, hash_length);
    const auto format =
      name.size() > hash_length && name[hash_length] == '.'
        ? format_of_extension(std::string_view{name}.substr(hash_length + 1))
        : image_format::unknown;
    // What has another name is none of ours.
    if (is_sha256(sha256) && format != image_format::unknown)
      out.push_back({sha256, format});
  }
  if (failed)
    return file_error(failed.value(), "list", folder);
  return out;
}

} // namespace pixmill::persistence
