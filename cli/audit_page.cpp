#include "cli/audit_page.hpp"

#include <cstdio>
#include <string_view>

#include "cli/embedded.hpp"
#include "http/docs_policy.hpp"
#include "http/html_text.hpp"

namespace pixmill::cli {
namespace {

using http::escaped;

// Below them a worst tile is coloured as bad, or as worth a look.
constexpr std::uint64_t bad_ppm = 800'000;
constexpr std::uint64_t doubtful_ppm = 900'000;

std::string formatted(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string share(std::uint64_t ppm) {
  return ppm == 0 ? "–" : formatted("%.3f", static_cast<double>(ppm) / 1e6);
}

std::string size_text(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes < 1'000)
    return std::to_string(bytes) + " B";
  if (bytes < 1'000'000)
    return formatted("%.1f kB", value / 1e3);
  return bytes < 1'000'000'000 ? formatted("%.1f MB", value / 1e6)
                               : formatted("%.1f GB", value / 1e9);
}

std::string saved(std::uint64_t bytes_in, std::uint64_t bytes_out) {
  if (bytes_in == 0)
    return "–";
  const auto ratio =
    static_cast<double>(bytes_out) / static_cast<double>(bytes_in);
  return ratio <= 1 ? "−" + formatted("%.1f %%", 100 * (1 - ratio))
                    : "+" + formatted("%.1f %%", 100 * (ratio - 1));
}

std::string_view grade(std::uint64_t ppm) {
  return ppm == 0             ? "unknown"
         : ppm < bad_ppm      ? "bad"
         : ppm < doubtful_ppm ? "doubtful"
                              : "good";
}

std::string fact(std::string_view name, const std::string& value,
                 std::string_view kind = {}) {
  std::string out{"<div"};
  if (!kind.empty())
    out.append(" class=\"").append(kind).append("\"");
  out.append("><dt>").append(escaped(name)).append("</dt><dd>");
  return out.append(escaped(value)).append("</dd></div>");
}

std::string summary(const audit_findings& found) {
  std::string out{"<dl class=\"summary\">"};
  out += fact("slots", std::to_string(found.slots));
  out += fact("different results", std::to_string(found.results));
  out += fact("bytes",
              size_text(found.bytes_in) + " → " + size_text(found.bytes_out));
  out += fact("saved", saved(found.bytes_in, found.bytes_out));
  out += fact("worst tile", share(found.worst_ppm), grade(found.worst_ppm));
  out += fact("median of worst tiles", share(found.median_worst_ppm));
  out += fact("target not reached", std::to_string(found.missed),
              found.missed != 0 ? "doubtful" : "");
  out += fact("without result", std::to_string(found.failed_total),
              found.failed_total != 0 ? "bad" : "");
  return out + "</dl>";
}

std::string place(const result_slot& slot) {
  return "row " + std::to_string(slot.row) + ", slot "
         + std::to_string(slot.slot);
}

std::string image(const audit_picture& picture, std::string_view side) {
  if (picture.data_url.empty())
    return "<p class=\"missing\">" + escaped(side)
           + " not shown: " + escaped(picture.problem) + "</p>";
  // A data URL of base64 has nothing to escape.
  return "<img alt=\"" + escaped(side) + "\" src=\"" + picture.data_url + "\">";
}

std::string viewer(const audit_entry& entry) {
  const bool both =
    !entry.before.data_url.empty() && !entry.after.data_url.empty();
  const auto& size = entry.after.data_url.empty() ? entry.before : entry.after;
  std::string out{"<div class=\"viewer\" data-both=\""};
  out.append(both ? "yes" : "no").append("\" data-width=\"");
  out += std::to_string(size.width);
  out.append("\" data-height=\"").append(std::to_string(size.height));
  out += "\"><div class=\"stage\"><div class=\"after\">";
  out += image(entry.after, "after");
  out += "</div><div class=\"before\">";
  out += image(entry.before, "before");
  out += "</div>";
  if (both)
    out += "<span class=\"tag left\">before</span>"
           "<span class=\"tag right\">after</span>"
           "<span class=\"handle\"></span>"
           "<input type=\"range\" min=\"0\" max=\"1000\" value=\"500\" "
           "aria-label=\"before and after\">";
  return out + "</div></div>";
}

std::string chips(const result_slot& slot) {
  std::string out;
  const auto chip = [&out](std::string_view kind, const std::string& text) {
    out.append("<span class=\"chip ").append(kind).append("\">");
    out.append(escaped(text)).append("</span>");
  };
  if (!slot.format.empty())
    chip("", slot.format_reason.empty()
               ? slot.format
               : slot.format + ": " + slot.format_reason);
  if (slot.status == "kept_original")
    chip("", "kept original");
  if (!slot.error.empty())
    chip("doubtful", slot.error);
  return out;
}

std::string card(const audit_entry& entry) {
  const auto& slot = entry.slot;
  const auto worst = slot.worst_ppm();
  std::string out{"<article class=\""};
  out.append(grade(worst)).append("\" data-row=\"");
  out.append(std::to_string(slot.row)).append("\" data-slot=\"");
  out.append(std::to_string(slot.slot)).append("\" data-ratio=\"");
  out += std::to_string(
    slot.bytes_in == 0 ? 0 : slot.bytes_out * 1'000'000 / slot.bytes_in);
  out += "\"><header><h2>";
  out += escaped(slot.name.empty() ? slot.serial : slot.name);
  out += "</h2><span class=\"place\">" + place(slot);
  if (entry.slots > 1)
    out += ", and " + std::to_string(entry.slots - 1) + " more";
  out += "</span><button type=\"button\" class=\"wide\">enlarge</button>"
         "</header>";
  out += viewer(entry);
  out += "<dl>";
  out += fact("worst tile", share(worst), grade(worst));
  out += fact("SSIM", share(slot.ssim_ppm));
  out += fact("chroma", share(slot.chroma_ssim_ppm));
  out += fact("before", size_text(slot.bytes_in));
  out += fact("after", size_text(slot.bytes_out));
  out += fact("saved", saved(slot.bytes_in, slot.bytes_out));
  if (slot.quality != 0)
    out += fact("quality", std::to_string(slot.quality));
  if (entry.after.width != 0)
    out += fact("size", std::to_string(entry.after.width) + " × "
                          + std::to_string(entry.after.height));
  out += "</dl><p class=\"chips\">" + chips(slot) + "</p><p class=\"source\">";
  return out + escaped(slot.source) + "</p></article>\n";
}

std::string table_of(const std::vector<result_slot>& slots, bool failed) {
  std::string out{"<div class=\"scroll\"><table><thead><tr><th>row<th>slot"
                  "<th>product"};
  out += failed ? "<th>state<th>error<th>source"
                : "<th>worst tile<th>SSIM<th>chroma<th>before<th>after"
                  "<th>saved<th>format<th>result";
  out += "</tr></thead><tbody>\n";
  const auto cell = [&out](const std::string& text) {
    out.append("<td>").append(escaped(text)).append("</td>");
  };
  for (const auto& slot : slots) {
    out += "<tr>";
    cell(std::to_string(slot.row));
    cell(std::to_string(slot.slot));
    cell(slot.name);
    if (failed) {
      cell(slot.status);
      cell(slot.error);
      cell(slot.source);
    } else {
      cell(share(slot.worst_ppm()));
      cell(share(slot.ssim_ppm));
      cell(share(slot.chroma_ssim_ppm));
      cell(size_text(slot.bytes_in));
      cell(size_text(slot.bytes_out));
      cell(saved(slot.bytes_in, slot.bytes_out));
      cell(slot.format);
      cell(slot.output);
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>";
}

std::string section(const std::string& title,
                    const std::vector<result_slot>& slots, std::uint64_t total,
                    bool failed) {
  if (slots.empty())
    return {};
  auto out = "<section><h2>" + title + " (" + std::to_string(total) + ")</h2>";
  if (slots.size() < total)
    out += "<p>The first " + std::to_string(slots.size()) + ":</p>";
  return out + table_of(slots, failed) + "</section>";
}

std::string head(const std::string& title) {
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta http-equiv=\"Content-Security-Policy\" content=\""
         "default-src 'none'; img-src data:; base-uri 'none'; form-action "
         "'none'; style-src "
         + http::policy_hash(audit_css) + "; script-src "
         + http::policy_hash(audit_js)
         + "\"><meta name=\"viewport\" content=\"width=device-width, "
           "initial-scale=1\"><title>"
         + escaped(title) + "</title><style>" + std::string{audit_css}
         + "</style></head>\n";
}

} // namespace

std::string audit_page(const audit_findings& found) {
  auto out = head("Audit of " + found.title);
  out += "<body><header class=\"top\"><h1>Audit of <em>" + escaped(found.title)
         + "</em></h1>" + summary(found)
         + "<p class=\"tools\"><label>Order <select id=\"order\">"
           "<option value=\"worst\">worst tile</option>"
           "<option value=\"saved\">least saved</option>"
           "<option value=\"row\">row</option></select></label>"
           "<label><input type=\"checkbox\" id=\"difference\"> difference"
           "</label></p></header>\n<main>";
  if (found.shown.empty())
    out += "<p>There is no picture to show.</p>";
  for (const auto& entry : found.shown)
    out += card(entry);
  out += "</main>\n";
  out += section("Other results", found.others, found.others_total, false);
  out += section("Without result", found.failed, found.failed_total, true);
  return out + "<script>" + std::string{audit_js} + "</script></body></html>\n";
}

} // namespace pixmill::cli
