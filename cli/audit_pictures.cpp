#include "cli/audit_pictures.hpp"

#include <utility>

#include "imaging/byte_view.hpp"
#include "imaging/header.hpp"
#include "model/base64.hpp"
#include "model/compress_goal.hpp"
#include "model/failure.hpp"
#include "net/source_fetcher.hpp"

namespace pixmill::cli {
namespace {

constexpr std::size_t most_under_way = 8;

std::string data_url(image_format format, std::string_view bytes) {
  std::string out{"data:"};
  out.append(content_type_of(format)).append(";base64,");
  return out.append(base64_of(bytes));
}

bool shown_by_browsers(image_format format) {
  return format != image_format::tiff && format != image_format::bmp;
}

std::string reason_of(const failure& why) {
  auto out = why.word();
  if (!why.detail.empty())
    out.append(": ").append(why.detail);
  return out;
}

} // namespace

audit_pictures::audit_pictures(std::filesystem::path folder,
                               net::fetcher& fetcher, imaging::codec& codec)
    : folder_{std::move(folder)}, fetcher_{fetcher}, codec_{codec} {}

audit_pictures::~audit_pictures() {
  wait(); // Callbacks write into the members.
}

void audit_pictures::get(const std::string& link, audit_picture& picture) {
  {
    std::unique_lock lock{mutex_};
    settled_.wait(lock, [this] { return pending_ < most_under_way; });
    ++pending_;
  }
  auto where = net::is_web_url(link) ? link : (folder_ / link).string();
  fetcher_.start({.url = std::move(where)}, [this, &picture](net::download x) {
    take(std::move(x), picture);
  });
}

void audit_pictures::wait() {
  std::unique_lock lock{mutex_};
  settled_.wait(lock, [this] { return pending_ == 0; });
}

void audit_pictures::take(net::download found, audit_picture& picture) {
  if (found.why) {
    picture.problem = reason_of(found.why);
    return settle();
  }
  const auto header = imaging::read_header(imaging::view_of(*found.body));
  if (!header) {
    picture.problem = reason_of(to_failure(header.error(), errc::decode));
    return settle();
  }
  picture.bytes = found.body->size();
  picture.width = header->sideways() ? header->height : header->width;
  picture.height = header->sideways() ? header->width : header->height;
  if (!shown_by_browsers(header->format))
    return convert(std::move(found.body), picture);
  picture.data_url = data_url(header->format, *found.body);
  settle();
}

void audit_pictures::convert(std::shared_ptr<const std::string> bytes,
                             audit_picture& picture) {
  compress_goal goal;
  goal.target = target_kind::quality;
  goal.value = 95;
  codec_.start(std::move(bytes), goal, 0,
               [this, &picture](caf::expected<imaging::compressed_image> x) {
                 if (!x)
                   picture.problem =
                     reason_of(to_failure(x.error(), errc::decode));
                 else if (!shown_by_browsers(x->format))
                   picture.problem = "no browser shows it";
                 else
                   picture.data_url = data_url(x->format, x->bytes);
                 settle();
               });
}

void audit_pictures::settle() {
  const std::lock_guard lock{mutex_};
  --pending_;
  settled_.notify_all();
}

} // namespace pixmill::cli
