#include "http/multipart_submission.hpp"

#include <algorithm>
#include <utility>

#include <httplib.h>

#include "model/errc.hpp"

namespace pixmill::http {
namespace {

constexpr std::size_t most_text_bytes = 64 << 10;

caf::error refused(std::string context) {
  return make_error(errc::option_invalid, std::move(context));
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string out;
  for (const auto name : names)
    out += (out.empty() ? "" : " or ") + std::string{name};
  return out;
}

} // namespace

caf::expected<multipart_submission>
read_multipart(const httplib::ContentReader& reader, csv_sink& to,
               const multipart_names& names) {
  enum class part { none, file, text } now = part::none;
  bool has_file = false;
  multipart_submission out;
  caf::error why;
  const bool whole = reader(
    [&](const httplib::MultipartFormData& header) {
      const bool is_file = std::find(names.file.begin(), names.file.end(),
                                     std::string_view{header.name})
                           != names.file.end();
      if (is_file && !has_file) {
        now = part::file;
        has_file = true;
        out.source = header.filename;
      } else if (header.name == names.text) {
        now = part::text;
        out.text.clear();
      } else {
        why = refused("\"" + header.name + "\" is no part of a submission; "
                      + listed(names.file) + ", once, and "
                      + std::string{names.text} + " are");
      }
      return !why;
    },
    [&](const char* data, std::size_t size) {
      if (now == part::file)
        why = to.feed({data, size});
      else if (out.text.size() + size > most_text_bytes)
        why = refused(std::string{names.text} + ": is larger than 64 KiB");
      else
        out.text.append(data, size);
      return !why;
    });
  if (why)
    return why;
  if (!whole || !has_file)
    return refused("a multipart body with a part named " + listed(names.file)
                   + " is wanted");
  return out;
}

} // namespace pixmill::http
