#include "model/header_row.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "model/url_noise.hpp"

namespace pixmill {
namespace {

// Folded; the earlier of two that a header has is taken.
constexpr std::array<std::string_view, 24> serial_names{
  "sno",       "srno",       "slno",        "serialnumber",  "serialno",
  "serial",    "sequence",   "seqno",       "rownumber",     "rowno",
  "nr",        "no",         "number",      "sku",           "handle",
  "productid", "productsku", "itemnumber",  "articlenumber", "variantsku",
  "id",        "index",      "productcode", "code"};
constexpr std::array<std::string_view, 12> name_names{
  "productname", "producttitle", "itemname",    "product",
  "title",       "name",         "postname",    "posttitle",
  "item",        "articlename",  "description", "label"};
constexpr std::array<std::string_view, 28> url_names{"inputimageurls",
                                                     "inputimageurl",
                                                     "inputurls",
                                                     "imageurls",
                                                     "imageurl",
                                                     "imageslist",
                                                     "imagelinks",
                                                     "imagelink",
                                                     "images",
                                                     "image",
                                                     "imagesrc",
                                                     "imagesource",
                                                     "productimages",
                                                     "productimage",
                                                     "productimageurl",
                                                     "productimageurls",
                                                     "pictures",
                                                     "picture",
                                                     "pictureurl",
                                                     "pictureurls",
                                                     "photos",
                                                     "photo",
                                                     "photourls",
                                                     "galleryimages",
                                                     "baseimage",
                                                     "additionalimages",
                                                     "urls",
                                                     "url"};
constexpr std::array<std::string_view, 3> output_names{
  "outputimageurls", "outputimageurl", "outputurls"};

using folded_line = std::vector<std::string>;

std::optional<std::size_t> find(const folded_line& line,
                                std::span<const std::string_view> names) {
  for (const auto name : names)
    if (const auto i = std::find(line.begin(), line.end(), name);
        i != line.end())
      return static_cast<std::size_t>(i - line.begin());
  return std::nullopt;
}

std::optional<std::size_t> find_text(const csv_record& line,
                                     std::string_view text) {
  for (std::size_t i = 0; i < line.count; ++i)
    if (without_noise(line.fields[i].text) == text)
      return i;
  return std::nullopt;
}

std::optional<std::size_t> find_asked(const csv_record& line,
                                      const folded_line& folded,
                                      const std::string& asked) {
  if (const auto i = find_text(line, without_noise(asked)))
    return i;
  const auto text = fold_header(asked);
  const std::array<std::string_view, 1> name{text};
  return text.empty() ? std::nullopt : find(folded, name);
}

// Returns what one pair of quotes round a whole line holds; empty: there is
// no such pair.
std::string unwrapped(std::string_view line) {
  std::string out;
  if (line.size() < 2 || line.front() != '"' || line.back() != '"')
    return out;
  for (std::size_t i = 1; i + 1 < line.size(); ++i) {
    if (line[i] == '"' && (i + 2 == line.size() || line[++i] != '"'))
      return {};
    out += line[i];
  }
  return out;
}

// Small letters, digits, and letters of other scripts: no byte of a byte order
// mark or a no-break space.
bool is_kept(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
         || (byte >= 0x80 && byte != 0xC2 && byte != 0xA0 && byte != 0xEF
             && byte != 0xBB && byte != 0xBF);
}

} // namespace

std::string fold_header(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c + 32);
    else if (is_kept(c))
      out += c;
  }
  return out;
}

char sniff_delimiter(std::string_view line) {
  constexpr std::string_view candidates = ",;\t|";
  // A line wrapped in quotes as a whole hides its delimiters; look inside.
  const auto inside = unwrapped(line);
  if (!inside.empty())
    line = inside;
  std::array<std::size_t, 4> counts{};
  std::size_t most = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '"')
      quoted = !quoted;
    else if (const auto i = candidates.find(line[at]);
             !quoted && i != candidates.npos)
      most = std::max(most, ++counts[i]);
    else if (most > 0 && line.substr(at).starts_with("://"))
      break; // What follows may be the separators of a list.
  }
  const auto found = std::find(counts.begin(), counts.end(), most);
  return most == 0
           ? ','
           : candidates[static_cast<std::size_t>(found - counts.begin())];
}

column_roles find_columns(const csv_record& line, const column_names& asked) {
  folded_line folded;
  for (std::size_t i = 0; i < line.count; ++i)
    folded.push_back(fold_header(line.fields[i].text));
  column_roles out;
  const auto pick = [&](const std::string& name,
                        std::span<const std::string_view> usual) {
    return name.empty() ? find(folded, usual) : find_asked(line, folded, name);
  };
  out.serial = pick(asked.serial, serial_names);
  if (!out.serial && asked.serial.empty())
    out.serial = find_text(line, "#");
  out.name = pick(asked.name, name_names);
  out.urls = pick(asked.urls, url_names);
  out.output = find(folded, output_names);
  return out;
}

} // namespace pixmill
