#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "imaging/codec_pool.hpp"
#include "net/downloader.hpp"

namespace pixmill::cli {

/// A picture as a page can hold it.
struct audit_picture {
  std::string data_url;    ///< Empty: it cannot be shown.
  std::string problem;     ///< Then why.
  std::uint64_t bytes = 0; ///< Of the file.
  std::uint32_t width = 0; ///< Upright, pixels.
  std::uint32_t height = 0;
};

/// Gets pictures for a page, some at a time, wherever they are.
class audit_pictures {
public:
  /// @param folder That paths are relative to.
  /// @param fetcher Gets what has a URL, and reads files; outlives this.
  /// @param codec Makes a PNG or JPEG of what browsers do not show.
  audit_pictures(std::filesystem::path folder, net::fetcher& fetcher,
                 imaging::codec& codec);
  audit_pictures(const audit_pictures&) = delete;
  audit_pictures& operator=(const audit_pictures&) = delete;
  ~audit_pictures();

  /// Begins to get the picture at `link`, a URL or a path, into `picture`,
  /// which is complete after `wait`. Returns once few enough are under way.
  void get(const std::string& link, audit_picture& picture);

  /// Returns when every picture is complete.
  void wait();

private:
  void take(net::download found, audit_picture& picture);
  void convert(std::shared_ptr<const std::string> bytes,
               audit_picture& picture);
  void settle();

  std::filesystem::path folder_;
  net::fetcher& fetcher_;
  imaging::codec& codec_;
  std::mutex mutex_; // Guards what follows.
  std::condition_variable settled_;
  std::size_t pending_ = 0;
};

} // namespace pixmill::cli
