#pragma once

#include <cstdint>
#include <string>

#include "imaging/animation.hpp"
#include "imaging/byte_view.hpp"
#include "imaging/pixels.hpp"

/// Small pictures for tests, the same in each run.
namespace pixmill::imaging::test {

/// A colourful picture with soft and sharp edges and a little noise; its left
/// upper quarter is darker than the rest.
pixel_buffer photo(std::uint32_t width, std::uint32_t height,
                   std::uint8_t channels = 3);

/// A disc on nothing: half of its pixels are transparent.
pixel_buffer cutout(std::uint32_t side);

/// Flat areas of `colours` colours.
pixel_buffer drawing(std::uint32_t width, std::uint32_t height,
                     unsigned colours);

/// A square that moves through three frames of 100 ms.
animation moving_square(std::uint32_t side);

/// Encodes `pixels` as JPEG, 4:2:0.
std::string jpeg_of(const pixel_buffer& pixels, int quality = 92);

/// Puts a segment behind SOI: `marker` is 0xe1 for APP1.
std::string with_segment(const std::string& jpeg, std::uint8_t marker,
                         const std::string& body);

/// An APP1 body that states `orientation` and a camera.
std::string exif_body(std::uint8_t orientation);

/// A profile as far as anybody here looks: a header that says RGB.
std::string profile();

byte_view view(const std::string& bytes);

} // namespace pixmill::imaging::test
