#include "cli/audit_pictures.hpp"

#include <map>

#include <gtest/gtest.h>

#include "cli/codec_samples.hpp"
#include "model/base64.hpp"
#include "model/errc.hpp"

namespace pixmill::cli {
namespace {

// Both answer at once, on the caller's thread.
class fake_fetcher final : public net::fetcher {
public:
  ticket start(net::fetch_order order, callback done) override {
    net::download out;
    if (const auto found = files.find(order.url); found != files.end())
      out.body = std::make_shared<const std::string>(found->second);
    else
      out.why = {errc::http_status, 404, "Not Found"};
    done(std::move(out));
    return 1;
  }

  void cancel(ticket) override {}

  std::map<std::string, std::string> files;
};

class fake_codec final : public imaging::codec {
public:
  ticket start(std::shared_ptr<const std::string>, const compress_goal&,
               flow_id, callback done) override {
    imaging::compressed_image out;
    out.bytes = "a png";
    out.format = image_format::png;
    done(std::move(out));
    return 1;
  }

  void cancel(ticket) override {}
};

class AuditPictures : public testing::Test {
protected:
  audit_picture get(const std::string& link) {
    audit_picture out;
    audit_pictures pictures{"/jobs/out", fetcher, codec};
    pictures.get(link, out);
    pictures.wait();
    return out;
  }

  fake_fetcher fetcher;
  fake_codec codec;
};

TEST_F(AuditPictures, HoldAFileWithItsType) {
  fetcher.files["/jobs/out/images/a.gif"] = sample_gif();
  const auto found = get("images/a.gif");
  EXPECT_EQ(found.data_url, "data:image/gif;base64," + base64_of(sample_gif()));
  EXPECT_EQ(found.bytes, sample_gif().size());
  EXPECT_GT(found.width, 0u);
  EXPECT_EQ(found.problem, "");
}

TEST_F(AuditPictures, AskForAUrlAsItStands) {
  fetcher.files["https://shop.example/a"] = sample_gif();
  EXPECT_NE(get("https://shop.example/a").data_url, "");
}

TEST_F(AuditPictures, ConvertWhatBrowsersDoNotShow) {
  fetcher.files["/a.bmp"] = sample_bmp();
  EXPECT_EQ(get("/a.bmp").data_url,
            "data:image/png;base64," + base64_of("a png"));
}

TEST_F(AuditPictures, SayWhyThereIsNone) {
  EXPECT_EQ(get("https://shop.example/gone").problem, "http_404: Not Found");
  // Whatever its name says: what is no picture never gets into a page.
  fetcher.files["https://shop.example/a.png"] = "<svg onload=alert(1)>";
  const auto found = get("https://shop.example/a.png");
  EXPECT_EQ(found.data_url, "");
  EXPECT_TRUE(found.problem.starts_with("unsupported_format")
              || found.problem.starts_with("not_an_image"))
    << found.problem;
}

} // namespace
} // namespace pixmill::cli
