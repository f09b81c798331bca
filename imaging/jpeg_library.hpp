#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>

#include <jpeglib.h>

#include "imaging/byte_view.hpp"
#include "model/errc.hpp"

/// libjpeg behind constructors and destructors. Included by sources alone.
namespace pixmill::imaging {

/// Thrown by libjpeg's error handler; caught in the functions that wrap it.
class jpeg_error : public std::runtime_error {
public:
  using runtime_error::runtime_error;
};

/// libjpeg's error manager, and what it has warned of.
struct jpeg_reports {
  jpeg_error_mgr manager;
  /// The entropy-coded data breaks off or is damaged: libjpeg goes on with
  /// grey, so whoever decodes must ask.
  bool cut = false;
  bool damaged = false;
};

/// A decompressor that reads from memory. Address-stable: libjpeg points into
/// it.
class jpeg_reader {
public:
  /// @param source Lives as long as the reader.
  explicit jpeg_reader(byte_view source);
  ~jpeg_reader();
  jpeg_reader(const jpeg_reader&) = delete;
  jpeg_reader& operator=(const jpeg_reader&) = delete;

  /// Returns an error if libjpeg had to invent a part of the picture.
  caf::error complaint() const;

  jpeg_decompress_struct info;

private:
  jpeg_reports reports_;
};

/// A compressor that writes to memory. Address-stable like the reader.
class jpeg_writer {
public:
  /// @param expected_bytes A guess that saves growing.
  explicit jpeg_writer(std::size_t expected_bytes);
  ~jpeg_writer();
  jpeg_writer(const jpeg_writer&) = delete;
  jpeg_writer& operator=(const jpeg_writer&) = delete;

  /// Writes `profile` as APP2 markers; after `jpeg_start_compress` or
  /// `jpeg_write_coefficients`.
  void write_icc(const std::string& profile);

  /// Ends the file and hands it out.
  std::string finish();

  jpeg_compress_struct info;

private:
  static void grow(jpeg_writer& self);

  jpeg_reports reports_;
  jpeg_destination_mgr destination_;
  std::string out_;
};

} // namespace pixmill::imaging
