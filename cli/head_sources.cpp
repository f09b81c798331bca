#include "cli/head_backend.hpp"
#include "imaging/header.hpp"
#include "model/errc.hpp"
#include "net/downloader.hpp"
#include "net/source_fetcher.hpp"

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;

// Jobs come first: people look at one picture at a time.
constexpr int most_sources = 4;
// A thread of the service's waits for it, and so does somebody.
constexpr auto longest_fetch = 20s;

} // namespace

caf::expected<http::source_picture>
head_backend::source(const std::string& url) {
  // A path would be a file of this machine's.
  if (!net::is_web_url(url))
    return http::source_picture{
      .bytes = nullptr,
      .format = image_format::unknown,
      .why = {errc::url_invalid, 0, "neither http nor https"}};
  const bool fits = ++sources_ <= most_sources;
  auto got = fits ? head_.fetch(url, longest_fetch) : net::download{};
  --sources_;
  if (!fits)
    return make_error(errc::rate_limited,
                      std::to_string(most_sources) + " at once are fetched");
  http::source_picture out{.bytes = std::move(got.body),
                           .format = image_format::unknown,
                           .why = std::move(got.why)};
  if (out.why)
    return out;
  // What is no picture, such as HTML or SVG, is not passed on.
  const auto header = imaging::read_header(
    {reinterpret_cast<const unsigned char*>(out.bytes->data()),
     out.bytes->size()});
  if (header) {
    out.format = header->format;
  } else {
    out.why = to_failure(header.error(), errc::not_an_image);
    out.bytes = nullptr;
  }
  return out;
}

} // namespace pixmill::cli
