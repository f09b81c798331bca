#include "cli/validate.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"
#include "tests/cli/scratch_folder.hpp"

namespace pixmill::cli {
namespace {

class Validate : public testing::Test {
protected:
  int check(validate_options options) {
    out_.str({});
    err_.str({});
    return validate(options, {.out = out_, .err = err_});
  }

  int check_text(std::string_view csv, bool skip = false, bool json = false) {
    validate_options options;
    options.csv = folder.write("a.csv", csv);
    options.skip_invalid = skip;
    options.json = json;
    return check(options);
  }

  std::string out() const {
    return out_.str();
  }

  std::string err() const {
    return err_.str();
  }

  scratch_folder folder;
  const std::string header = "S. No.,Product Name,Input Image Urls\n";

private:
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(Validate, CountsAGoodSheet) {
  EXPECT_EQ(check_text(header
                       + "1,A,\"https://x.example/1.jpg,https://x.example/"
                         "2.jpg\"\n2,B,https://x.example/1.jpg\n"),
            exit_ok);
  EXPECT_NE(out().find("2 rows, 3 images, 2 different; 0 errors, 0 warnings"),
            std::string::npos)
    << out();
}

TEST_F(Validate, ListsProblemsInATable) {
  EXPECT_EQ(check_text(header + "1,A,ftp://x.example/1.jpg\n"),
            exit_invalid_csv);
  EXPECT_NE(out().find("url-scheme"), std::string::npos) << out();
  EXPECT_NE(out().find("ftp://x.example/1.jpg"), std::string::npos) << out();
  EXPECT_EQ(out().find('\x1b'), std::string::npos);
}

TEST_F(Validate, SpeaksJson) {
  EXPECT_EQ(check_text(header + "1,A,ftp://x.example/1.jpg\n", false, true),
            exit_invalid_csv);
  const auto report = nlohmann::json::parse(out());
  EXPECT_EQ(report["errors_total"], 1);
  EXPECT_EQ(report["errors"][0]["row"], 1);
}

TEST_F(Validate, AcceptsWhatSkipWouldRun) {
  EXPECT_EQ(check_text(header
                         + "1,A,ftp://x.example/1.jpg\n"
                           "2,B,https://x.example/2.jpg\n",
                       true),
            exit_ok);
}

TEST_F(Validate, RefusesWhatIsNoSheet) {
  EXPECT_EQ(check_text("<!doctype html><html></html>", true), exit_invalid_csv);
  EXPECT_EQ(check_text("", true), exit_invalid_csv);
}

TEST_F(Validate, FindsLocalFilesBesideTheSheet) {
  folder.write("one.jpg", "x");
  EXPECT_EQ(check_text(header + "1,A,one.jpg\n"), exit_ok) << out();
  EXPECT_EQ(check_text(header + "1,A,two.jpg\n"), exit_invalid_csv);
}

TEST_F(Validate, TakesTheNamesOfColumns) {
  validate_options options;
  options.csv =
    folder.write("b.csv", "Nr,Ware,Bild\n1,A,https://x.example/1.jpg\n");
  options.serial_column = "Nr";
  options.name_column = "Ware";
  options.urls_column = "Bild";
  EXPECT_EQ(check(options), exit_ok) << out();
}

TEST_F(Validate, NamesAFileThatCannotBeRead) {
  validate_options options;
  options.csv = "/nonexistent.csv";
  EXPECT_EQ(check(options), exit_usage);
  EXPECT_EQ(err(), "pixmill: /nonexistent.csv: No such file or directory\n");
}

} // namespace
} // namespace pixmill::cli
