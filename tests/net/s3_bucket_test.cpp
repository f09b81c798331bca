#include "net/s3_bucket.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "tests/net/loopback_server.hpp"

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;
using test::connection;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::size_t length_in(const std::string& head) {
  constexpr std::string_view name = "Content-Length: ";
  const auto at = head.find(name);
  return at == head.npos ? 0 : std::stoul(head.substr(at + name.size()));
}

/// An S3 API that answers as a test says and remembers what it was asked.
class S3Bucket : public testing::Test {
protected:
  using answerer = std::function<void(connection&, int number)>;

  S3Bucket() {
    settings.endpoint = server.url("");
    settings.bucket = "images";
    settings.region = "eu-north-1";
    settings.access_key = "KEYOFTHETEST";
    settings.secret_key = "hidden";
    settings.max_attempts = 3;
    settings.first_pause = 1ms;
    settings.multipart_bytes = 10;
  }

  void serve(connection& peer, const std::string& path,
             const std::string& head) {
    const auto body = peer.read_body(length_in(head));
    int number = 0;
    {
      const std::lock_guard lock{mutex};
      asked.push_back(head.substr(0, head.find(' ')) + " " + path);
      heads.push_back(head);
      bodies.push_back(body);
      number = static_cast<int>(asked.size());
    }
    answer(peer, number);
  }

  s3_bucket& bucket() {
    if (opened == nullptr)
      opened = std::move(*s3_bucket::open(settings));
    return *opened;
  }

  caf::expected<caf::unit_t> put(std::string_view text) {
    return bucket().put("ab/c.jpg", bytes_of(text), sha256_of(text),
                        "image/jpeg");
  }

  bool said(std::size_t request, std::string_view field) const {
    return heads.at(request).find("\r\n" + std::string{field} + "\r\n")
           != std::string::npos;
  }

  static errc code(const caf::expected<caf::unit_t>& x) {
    return x ? errc::none : code_of(x.error(), errc::none);
  }

  answerer answer = [](connection& peer, int) { peer.answer("200 OK", ""); };
  std::mutex mutex;
  std::vector<std::string> asked;
  std::vector<std::string> heads;
  std::vector<std::string> bodies;
  test::loopback_server server{
    [this](auto& peer, const auto& path, const auto& head) {
      serve(peer, path, head);
    }};
  s3_settings settings;
  std::unique_ptr<s3_bucket> opened;
};

TEST_F(S3Bucket, SignsWhatItSends) {
  settings.session_token = "for a while";
  ASSERT_TRUE(put("picture"));
  EXPECT_EQ(asked, (std::vector<std::string>{"PUT /images/ab/c.jpg"}));
  EXPECT_EQ(bodies[0], "picture");
  EXPECT_TRUE(said(0, "Content-Type: image/jpeg"));
  EXPECT_TRUE(
    said(0, "x-amz-content-sha256: " + sha256_of(std::string_view{"picture"})));
  EXPECT_TRUE(said(0, "x-amz-security-token: for a while"));
  EXPECT_NE(heads[0].find("Authorization: AWS4-HMAC-SHA256 "
                          "Credential=KEYOFTHETEST/"),
            std::string::npos);
  EXPECT_NE(heads[0].find("/eu-north-1/s3/aws4_request, SignedHeaders="
                          "content-type;host;x-amz-content-sha256;x-amz-date;"
                          "x-amz-security-token, Signature="),
            std::string::npos);
  EXPECT_EQ(heads[0].find("hidden"), std::string::npos);
}

TEST_F(S3Bucket, AsksForEncryption) {
  settings.encryption = s3_encryption::aes256;
  ASSERT_TRUE(put("picture"));
  EXPECT_TRUE(said(0, "x-amz-server-side-encryption: AES256"));
  opened.reset();
  settings.encryption = s3_encryption::kms;
  settings.kms_key = "arn:key";
  ASSERT_TRUE(put("picture"));
  EXPECT_TRUE(said(1, "x-amz-server-side-encryption: aws:kms"));
  EXPECT_TRUE(said(1, "x-amz-server-side-encryption-aws-kms-key-id: arn:key"));
}

TEST_F(S3Bucket, TriesAgainWhatMayPass) {
  answer = [](connection& peer, int number) {
    if (number == 1)
      peer.answer("503 Slow Down", "<Error><Code>SlowDown</Code></Error>");
    else if (number == 2)
      peer.reset();
    else
      peer.answer("200 OK", "");
  };
  EXPECT_TRUE(put("picture"));
  EXPECT_EQ(asked.size(), 3u);
}

TEST_F(S3Bucket, GivesUpAndSaysThatTheStoreIsAway) {
  answer = [](connection& peer, int) {
    peer.answer("500 Oops", "<Error><Code>InternalError</Code></Error>");
  };
  const auto stored = put("picture");
  EXPECT_EQ(code(stored), errc::store_unavailable);
  EXPECT_EQ(asked.size(), 3u);
  EXPECT_EQ(context_of(stored.error()), "images/ab/c.jpg: 500 InternalError");
}

TEST_F(S3Bucket, DoesNotInsistWhereItIsRefused) {
  answer = [](connection& peer, int number) {
    peer.answer(number == 1 ? "403 Forbidden" : "400 Bad Request",
                number == 1 ? "<Error><Code>AccessDenied</Code></Error>"
                            : "<Error><Code>EntityTooLarge</Code></Error>");
  };
  EXPECT_EQ(code(put("picture")), errc::store_unavailable);
  EXPECT_EQ(code(put("picture")), errc::store);
  EXPECT_EQ(asked.size(), 2u);
}

TEST_F(S3Bucket, SaysInWhichRegionABucketIs) {
  answer = [](connection& peer, int) {
    peer.answer("301 Moved Permanently",
                "<Error><Code>PermanentRedirect</Code></Error>",
                "x-amz-bucket-region: eu-west-3\r\n");
  };
  EXPECT_EQ(context_of(put("picture").error()),
            "images/ab/c.jpg: 301 PermanentRedirect; the bucket is in "
            "eu-west-3");
}

TEST_F(S3Bucket, DoubtsWhatHasAnotherChecksum) {
  answer = [](connection& peer, int) {
    peer.answer("200 OK", "", "ETag: \"0123456789abcdef0123456789abcdef\"\r\n");
  };
  EXPECT_EQ(code(put("picture")), errc::store_unavailable);
  EXPECT_EQ(asked.size(), 3u);
}

TEST_F(S3Bucket, CannotCompareTheChecksumOfWhatAKmsKeyEncrypts) {
  answer = [](connection& peer, int) {
    peer.answer("200 OK", "",
                "ETag: \"0123456789abcdef0123456789abcdef\"\r\n"
                "x-amz-server-side-encryption: aws:kms\r\n");
  };
  EXPECT_TRUE(put("picture"));
  EXPECT_EQ(asked.size(), 1u);
}

TEST_F(S3Bucket, SendsALargeObjectInParts) {
  answer = [](connection& peer, int number) {
    if (number == 1)
      peer.answer("200 OK", "<UploadId>up/1</UploadId>");
    else if (number == 4)
      peer.answer("200 OK", "<CompleteMultipartUploadResult/>");
    else
      peer.answer("200 OK", "",
                  "ETag: \"e" + std::to_string(number) + "\"\r\n");
  };
  ASSERT_TRUE(put("larger than ten"));
  EXPECT_EQ(asked, (std::vector<std::string>{
                     "POST /images/ab/c.jpg?uploads=",
                     "PUT /images/ab/c.jpg?partNumber=1&uploadId=up%2F1",
                     "PUT /images/ab/c.jpg?partNumber=2&uploadId=up%2F1",
                     "POST /images/ab/c.jpg?uploadId=up%2F1"}));
  EXPECT_TRUE(said(0, "Content-Type: image/jpeg"));
  EXPECT_EQ(bodies[1] + bodies[2], "larger than ten");
  EXPECT_EQ(bodies[3], s3_completion({"\"e2\"", "\"e3\""}));
}

TEST_F(S3Bucket, TakesBackThePartsOfAFailedUpload) {
  answer = [](connection& peer, int number) {
    if (number == 1)
      peer.answer("200 OK", "<UploadId>7</UploadId>");
    else if (number == 3)
      peer.answer("400 Bad Request", "<Error><Code>Odd</Code></Error>");
    else
      peer.answer("200 OK", "");
  };
  EXPECT_EQ(code(put("larger than ten")), errc::store);
  EXPECT_EQ(asked.back(), "DELETE /images/ab/c.jpg?uploadId=7");
}

TEST_F(S3Bucket, DoesNotTakeALateErrorForSuccess) {
  answer = [](connection& peer, int number) {
    if (number == 1)
      peer.answer("200 OK", "<UploadId>7</UploadId>");
    else if (number >= 4 && number <= 6)
      peer.answer("200 OK", "<Error><Code>InternalError</Code></Error>");
    else if (number == 7)
      peer.answer("404 Not Found", "");
    else
      peer.answer("200 OK", "");
  };
  EXPECT_EQ(code(put("larger than ten")), errc::store_unavailable);
  EXPECT_EQ(asked.back(), "DELETE /images/ab/c.jpg?uploadId=7");
}

TEST_F(S3Bucket, KnowsThatALostAnswerWasOfSuccess) {
  answer = [](connection& peer, int number) {
    if (number == 1)
      peer.answer("200 OK", "<UploadId>7</UploadId>");
    else if (number == 4)
      peer.reset();
    else if (number == 5)
      peer.answer("404 Not Found", "<Error><Code>NoSuchUpload</Code></Error>");
    else if (number == 6)
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n");
    else
      peer.answer("200 OK", "");
  };
  EXPECT_TRUE(put("larger than ten"));
  EXPECT_EQ(asked.back(), "HEAD /images/ab/c.jpg");
}

TEST_F(S3Bucket, ReadsAPart) {
  answer = [](connection& peer, int) {
    peer.answer("206 Partial Content", "ctu",
                "Content-Range: bytes 2-4/7\r\nETag: \"x\"\r\n");
  };
  const auto piece = bucket().get("ab/c.jpg", 2, 3, "\"x\"");
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->bytes, "ctu");
  EXPECT_EQ(piece->size, 7u);
  EXPECT_EQ(piece->etag, "\"x\"");
  EXPECT_TRUE(said(0, "Range: bytes=2-4"));
  EXPECT_TRUE(said(0, "If-Match: \"x\""));
}

TEST_F(S3Bucket, RefusesTheWholeWhereAPartWasWanted) {
  answer = [](connection& peer, int) { peer.answer("200 OK", "picture"); };
  const auto first = bucket().get("ab/c.jpg", 0, 3);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size, 7u);
  EXPECT_FALSE(bucket().get("ab/c.jpg", 2, 3));
}

TEST_F(S3Bucket, EndsAtOnceWhenInterrupted) {
  answer = [](connection& peer, int) { peer.wait_until_closed(); };
  auto& subject = bucket();
  std::thread other{[&] {
    while (server.requests() == 0)
      std::this_thread::yield();
    subject.interrupt();
  }};
  EXPECT_EQ(code(put("picture")), errc::interrupted);
  other.join();
  EXPECT_EQ(code(put("picture")), errc::interrupted);
  EXPECT_EQ(asked.size(), 1u);
}

TEST_F(S3Bucket, NeedsCredentials) {
  settings.secret_key.clear();
  const auto refused = s3_bucket::open(settings);
  ASSERT_FALSE(refused);
  EXPECT_EQ(code_of(refused.error(), errc::none), errc::config_invalid);
}

} // namespace
} // namespace pixmill::net
