#include "cli/audit_page.hpp"

#include <gtest/gtest.h>

#include "cli/embedded.hpp"
#include "http/docs_policy.hpp"

namespace pixmill::cli {
namespace {

constexpr std::string_view nasty = "</script><img src=x onerror=\"go('&')\">";

audit_entry entry_of(std::string name, std::uint64_t worst_ppm) {
  audit_entry out;
  out.slot.row = 7;
  out.slot.slot = 2;
  out.slot.name = std::move(name);
  out.slot.source = "https://shop.example/a.jpg";
  out.slot.output = "images/a.jpg";
  out.slot.format = "webp";
  out.slot.format_reason = "alpha";
  out.slot.bytes_in = 200'000;
  out.slot.bytes_out = 90'000;
  out.slot.ssim_ppm = 981'500;
  out.slot.ssim_worst_ppm = worst_ppm;
  out.before = {"data:image/jpeg;base64,QUJD", "", 200'000, 640, 480};
  out.after = {"data:image/webp;base64,REVG", "", 90'000, 640, 480};
  return out;
}

audit_findings findings_of(std::vector<audit_entry> shown) {
  audit_findings out;
  out.title = "results.csv";
  out.shown = std::move(shown);
  return out;
}

bool has(const std::string& page, std::string_view text) {
  return page.find(text) != page.npos;
}

std::size_t count_of(const std::string& page, std::string_view text) {
  std::size_t out = 0;
  for (auto at = page.find(text); at != page.npos; at = page.find(text, at + 1))
    ++out;
  return out;
}

TEST(AuditPage, ShowsBothPicturesAndWhatIsKnown) {
  const auto page = audit_page(findings_of({entry_of("Mug", 861'000)}));
  for (const auto* text :
       {"src=\"data:image/jpeg;base64,QUJD\"",
        "src=\"data:image/webp;base64,REVG\"", "type=\"range\"", ">Mug<",
        "row 7, slot 2", ">0.861<", ">0.982<", ">200.0 kB<", ">90.0 kB<",
        ">−55.0 %<", "webp: alpha", "https://shop.example/a.jpg"})
    EXPECT_TRUE(has(page, text)) << text;
}

TEST(AuditPage, KeepsTheOrderThatItWasGiven) {
  const auto page = audit_page(
    findings_of({entry_of("Pan", 500'000), entry_of("Mug", 900'000)}));
  EXPECT_LT(page.find(">Pan<"), page.find(">Mug<"));
}

TEST(AuditPage, EscapesWhateverTheSheetSays) {
  auto entry = entry_of(std::string{nasty}, 861'000);
  for (auto* text : {&entry.slot.serial, &entry.slot.source, &entry.slot.output,
                     &entry.slot.error, &entry.slot.status, &entry.slot.format,
                     &entry.slot.format_reason})
    *text = nasty;
  auto broken = entry;
  broken.before = {};
  broken.before.problem = nasty;
  auto found = findings_of({entry, broken});
  found.title = nasty;
  found.others = {entry.slot};
  found.failed = {entry.slot};
  const auto page = audit_page(found);
  EXPECT_FALSE(has(page, "<img src=x"));
  EXPECT_FALSE(has(page, "onerror=\""));
  EXPECT_EQ(count_of(page, "</script>"), 1u);
  EXPECT_GT(count_of(page, "&lt;/script&gt;"), 8u);
}

TEST(AuditPage, LetsNothingRunButItsOwnScript) {
  const auto page = audit_page(findings_of({}));
  EXPECT_TRUE(has(page, "default-src 'none'"));
  EXPECT_TRUE(has(page, "img-src data:"));
  EXPECT_TRUE(has(page, "script-src " + http::policy_hash(audit_js)));
  EXPECT_TRUE(has(page, "style-src " + http::policy_hash(audit_css)));
  EXPECT_TRUE(has(page, "<script>" + std::string{audit_js} + "</script>"));
  EXPECT_TRUE(has(page, "<style>" + std::string{audit_css} + "</style>"));
}

TEST(AuditPage, SaysWhyAPictureIsMissing) {
  auto entry = entry_of("Mug", 861'000);
  entry.before = {};
  entry.before.problem = "http_404: Not Found";
  const auto page = audit_page(findings_of({entry}));
  EXPECT_TRUE(has(page, "before not shown: http_404: Not Found"));
  EXPECT_TRUE(has(page, "data-both=\"no\""));
  EXPECT_FALSE(has(page, "type=\"range\""));
}

TEST(AuditPage, ListsWhatItDoesNotShow) {
  auto found = findings_of({});
  found.others = {entry_of("Mug", 950'000).slot};
  found.others_total = 3'000;
  result_slot failed;
  failed.row = 9;
  failed.status = "failed";
  failed.error = "http_404";
  found.failed = {failed};
  found.failed_total = 1;
  const auto page = audit_page(found);
  EXPECT_TRUE(has(page, "Other results (3000)"));
  EXPECT_TRUE(has(page, "The first 1:"));
  EXPECT_TRUE(has(page, "Without result (1)"));
  EXPECT_TRUE(has(page, "<td>http_404</td>"));
}

TEST(AuditPage, SaysWhatWasNotMeasured) {
  auto entry = entry_of("Mug", 0);
  entry.slot.ssim_ppm = 0;
  const auto page = audit_page(findings_of({entry}));
  EXPECT_TRUE(has(page, "<article class=\"unknown\""));
}

} // namespace
} // namespace pixmill::cli
