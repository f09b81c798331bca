#pragma once

#include <string>

/// Small pictures, made here so that no file has to be found.
namespace pixmill::cli {

/// Returns 64 x 64 pixels of a colour gradient, uncompressed.
std::string sample_bmp();

/// Returns 16 x 16 pixels of a grey gradient, uncompressed.
std::string sample_tiff();

/// Returns one transparent pixel.
std::string sample_gif();

} // namespace pixmill::cli
