#include "cli/stored_files.hpp"

#include <span>
#include <string_view>
#include <utility>

#include "cli/read_file.hpp"
#include "imaging/header.hpp"
#include "model/compress_goal.hpp"
#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "persistence/object_names.hpp"

namespace pixmill::cli {
namespace {

stored_file troubled(std::string problem, std::string detail) {
  return {
    .bytes = 0, .problem = std::move(problem), .detail = std::move(detail)};
}

// Compares the content with what the file's name says of it.
stored_file check_name(const std::filesystem::path& path,
                       const std::string& bytes) {
  const auto name = path.stem().string();
  if (is_sha256(name) && sha256_of(bytes) != name)
    return troubled("hash-mismatch", "the content is not what was stored");
  const std::span<const std::uint8_t> view{
    reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  const auto header = imaging::read_header(view);
  if (!header)
    return troubled(
      std::string{to_string(code_of(header.error(), errc::decode))},
      context_of(header.error()));
  const auto ending = path.extension().string();
  const auto expected = "." + std::string{extension_of(header->format)};
  if (ending != expected)
    return troubled("wrong-extension", "the content asks for " + expected);
  return {.bytes = bytes.size(), .problem = {}, .detail = {}};
}

} // namespace

stored_files::stored_files(std::filesystem::path folder, imaging::codec& codec,
                           std::size_t in_flight, served_images& served)
    : folder_{std::move(folder)}, codec_{codec},
      in_flight_{in_flight}, served_{served} {}

stored_files::~stored_files() {
  wait(); // The codec still writes into the members.
}

std::size_t stored_files::add(const std::string& link) {
  const auto [known, fresh] = known_.emplace(link, files_.size());
  if (fresh) {
    files_.emplace_back();
    check(link, known->second);
  }
  return known->second;
}

void stored_files::wait() {
  std::unique_lock lock{mutex_};
  settled_.wait(lock, [this] { return pending_ == 0; });
}

void stored_files::check_served(const persistence::stored_object& which,
                                std::size_t index) {
  auto bytes = served_.get(which);
  auto& file = files_[index];
  if (!bytes) {
    const bool gone = code_of(bytes.error(), errc::none) == errc::store;
    file = troubled(gone ? "missing" : "unreadable", context_of(bytes.error()));
    return;
  }
  file = check_name(persistence::file_name(which.sha256, which.format), *bytes);
  if (file.problem.empty())
    decode(std::move(*bytes), index);
}

void stored_files::check(const std::string& link, std::size_t index) {
  auto& file = files_[index];
  if (const auto served = served_image(link))
    return check_served(*served, index);
  if (link.find("://") != std::string::npos) {
    file = troubled("not-local",
                    "only files beside the results and of serve are checked");
    return;
  }
  const auto path = folder_ / link;
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code)) {
    file = troubled("missing", code ? code.message() : "no such file");
    return;
  }
  std::string bytes;
  const auto reason = read_file(path, [&bytes](std::string_view block) {
    bytes += block;
    return true;
  });
  file = reason ? troubled("unreadable", context_of(reason))
                : check_name(path, bytes);
  if (file.problem.empty())
    decode(std::move(bytes), index);
}

void stored_files::decode(std::string bytes, std::size_t index) {
  {
    std::unique_lock lock{mutex_};
    settled_.wait(lock, [this] { return pending_ < in_flight_; });
    ++pending_;
  }
  // Scaling far down takes a whole decoding and next to no encoding.
  compress_goal goal;
  goal.target = target_kind::scale;
  goal.value = 100'000;
  codec_.start(std::make_shared<const std::string>(std::move(bytes)), goal, 0,
               [this, file = &files_[index]](
                 caf::expected<imaging::compressed_image> result) {
                 if (!result) {
                   const auto why = code_of(result.error(), errc::decode);
                   file->problem = to_string(why);
                   file->detail = context_of(result.error());
                 }
                 const std::lock_guard lock{mutex_};
                 --pending_;
                 settled_.notify_all();
               });
}

} // namespace pixmill::cli
