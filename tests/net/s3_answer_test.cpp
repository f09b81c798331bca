#include "net/s3_answer.hpp"

#include <gtest/gtest.h>

namespace pixmill::net {
namespace {

TEST(S3Answer, ListsKeysAndSaysWhereItGoesOn) {
  const auto page = read_s3_page(
    "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3\">"
    "<Name>images</Name><Prefix>a</Prefix><IsTruncated>true</IsTruncated>"
    "<NextContinuationToken>x&amp;y=</NextContinuationToken>"
    "<Contents><Key>a/1.jpg</Key><Size>1</Size></Contents>"
    "<Contents><Key>a/&lt;&quot;&apos;&gt;&amp;amp;.jpg</Key></Contents>"
    "</ListBucketResult>");
  EXPECT_EQ(page.keys,
            (std::vector<std::string>{"a/1.jpg", "a/<\"'>&amp;.jpg"}));
  EXPECT_EQ(page.next, "x&y=");
}

TEST(S3Answer, EndsAListThatIsWhole) {
  const auto page = read_s3_page("<ListBucketResult><IsTruncated>false"
                                 "</IsTruncated><NextContinuationToken>x"
                                 "</NextContinuationToken></ListBucketResult>");
  EXPECT_TRUE(page.keys.empty());
  EXPECT_EQ(page.next, "");
}

TEST(S3Answer, SaysWhyARequestIsRefused) {
  const auto why = read_s3_refusal("<Error><Code>NoSuchKey</Code><Message>It "
                                   "is\nnot\x1b[31m here</Message></Error>");
  EXPECT_EQ(why.code, "NoSuchKey");
  EXPECT_EQ(why.message, "It is not [31m here");
}

TEST(S3Answer, SaysNothingThatIsNotUnderstood) {
  for (const auto* text : {"", "<", "<Code>", "<Code>half", "{}", "</Code>"}) {
    EXPECT_EQ(read_s3_refusal(text).code, "") << text;
    EXPECT_TRUE(read_s3_page(text).keys.empty()) << text;
  }
}

TEST(S3Answer, CompletesAnUploadInTheOrderOfItsParts) {
  EXPECT_EQ(s3_completion({"\"a\"", "b&c"}),
            "<CompleteMultipartUpload>"
            "<Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag></Part>"
            "<Part><PartNumber>2</PartNumber><ETag>b&amp;c</ETag></Part>"
            "</CompleteMultipartUpload>");
}

} // namespace
} // namespace pixmill::net
