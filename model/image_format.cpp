#include "model/image_format.hpp"

#include <array>

namespace pixmill {
namespace {

struct description {
  std::string_view word;
  std::string_view extension;
  std::string_view content_type;
};

// Indexed by image_format.
constexpr std::array<description, 8> descriptions{{
  {"unknown", "bin", "application/octet-stream"},
  {"jpeg", "jpg", "image/jpeg"},
  {"png", "png", "image/png"},
  {"webp", "webp", "image/webp"},
  {"gif", "gif", "image/gif"},
  {"avif", "avif", "image/avif"},
  {"tiff", "tif", "image/tiff"},
  {"bmp", "bmp", "image/bmp"},
}};

const description& description_of(image_format format) noexcept {
  const auto index = static_cast<std::size_t>(format);
  return descriptions[index < descriptions.size() ? index : 0];
}

} // namespace

std::string_view to_string(image_format format) noexcept {
  return description_of(format).word;
}

std::string_view to_string(format_reason reason) noexcept {
  switch (reason) {
  case format_reason::none:
    return "";
  case format_reason::animation:
    return "animation";
  case format_reason::alpha:
    return "alpha";
  case format_reason::flat_graphics:
    return "flat_graphics";
  case format_reason::photo:
    return "photo";
  case format_reason::compact_source:
    return "compact_source";
  }
  return "";
}

std::string_view extension_of(image_format format) noexcept {
  return description_of(format).extension;
}

image_format format_of_extension(std::string_view ending) noexcept {
  for (std::size_t i = 1; i < descriptions.size(); ++i)
    if (descriptions[i].extension == ending)
      return static_cast<image_format>(i);
  return image_format::unknown;
}

std::string_view content_type_of(image_format format) noexcept {
  return description_of(format).content_type;
}

std::optional<image_format> image_format_from(std::string_view word) noexcept {
  for (std::size_t i = 1; i < descriptions.size(); ++i)
    if (descriptions[i].word == word)
      return static_cast<image_format>(i);
  return std::nullopt;
}

} // namespace pixmill
