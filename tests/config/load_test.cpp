#include "config/load.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "config/conf_file.hpp"
#include "config/schema.hpp"

namespace pixmill::config {
namespace {

using namespace std::chrono_literals;

class Load : public testing::Test {
protected:
  Load() {
    from.search.clear();
  }

  ~Load() override {
    std::filesystem::remove_all(folder_);
  }

  // Writes a file and makes it the one that is read.
  void write(std::string_view text) {
    std::filesystem::create_directories(folder_);
    from.file = folder_ / "x.conf";
    std::ofstream{from.file} << text;
  }

  settings loaded() {
    auto out = load(from);
    EXPECT_TRUE(out) << (out ? "" : context_of(out.error()));
    return out ? out->values : settings{};
  }

  // The error, with the folder of the test left out.
  std::string error() {
    const auto out = load(from);
    EXPECT_FALSE(out);
    if (out)
      return {};
    EXPECT_EQ(code_of(out.error(), errc::none), errc::config_invalid);
    auto text = context_of(out.error());
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    const auto at = text.find(folder_.string() + "/");
    if (at != std::string::npos)
      text.erase(at, folder_.string().size() + 1);
    return text;
  }

  std::string origin_of(std::string_view section, std::string_view key) {
    const auto out = load(from);
    if (out)
      for (const auto& each : out->effective)
        if (each.section == section && each.key == key)
          return each.origin;
    return {};
  }

  sources from;

private:
  std::filesystem::path folder_ =
    std::filesystem::path{testing::TempDir()}
    / (std::string{"config-"}
       + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Load, FallsBackToTheDefaults) {
  EXPECT_EQ(loaded().fetch.per_origin, 6u);
  EXPECT_EQ(origin_of("fetch", "per-origin"), "default");
}

TEST_F(Load, TakesTheFileOverTheDefault) {
  write("[fetch]\nper-origin = 7\nallow-ports = [8080]\n"
        "allow-cidrs = [\"10.0.0.0/8\"]\ntotal-timeout = 20s\n"
        "[log]\nlevel = \"error\"\njson = true\n");
  const auto values = loaded();
  EXPECT_EQ(values.fetch.per_origin, 7u);
  EXPECT_EQ(values.fetch.allow_ports, std::vector<std::uint16_t>{8080});
  EXPECT_EQ(values.fetch.allow_cidrs, std::vector<std::string>{"10.0.0.0/8"});
  EXPECT_EQ(values.fetch.total_timeout, 20s);
  EXPECT_EQ(values.log.level, telemetry::log_level::error);
  EXPECT_TRUE(values.log.json);
  EXPECT_EQ(origin_of("fetch", "per-origin"), from.file + ":2");
}

TEST_F(Load, TakesTheEnvironmentOverTheFile) {
  write("[fetch]\nper-origin = 7\n");
  from.environment = {{"PIXMILL_FETCH_PER_ORIGIN", "8"}, {"HOME", "/root"}};
  EXPECT_EQ(loaded().fetch.per_origin, 8u);
  EXPECT_EQ(origin_of("fetch", "per-origin"), "PIXMILL_FETCH_PER_ORIGIN");
}

TEST_F(Load, TakesAFlagOverTheEnvironment) {
  from.environment = {{"PIXMILL_FETCH_PER_ORIGIN", "8"}};
  from.assignments = {"fetch.per-origin=9", "fetch.per-origin=10"};
  EXPECT_EQ(loaded().fetch.per_origin, 10u);
  EXPECT_EQ(origin_of("fetch", "per-origin"), "--set");
}

TEST_F(Load, ReadsTheFirstFileThatExists) {
  write("[fetch]\nper-origin = 7\n");
  from.search = {"/nonexistent/x.conf", from.file, "/"};
  from.file.clear();
  EXPECT_EQ(loaded().fetch.per_origin, 7u);
}

TEST_F(Load, RefusesANamedFileThatDoesNotExist) {
  from.file = "/nonexistent/x.conf";
  EXPECT_EQ(error(),
            "/nonexistent/x.conf: cannot be read: No such file or directory");
}

TEST_F(Load, NeedsNoQuotesOutsideTheFile) {
  from.environment = {{"PIXMILL_STORE_JOURNAL", "/var/lib/pixmill"},
                      {"PIXMILL_LOG_LEVEL", "\"debug\""},
                      {"PIXMILL_FETCH_ALLOW_PORTS", "8080,8443"},
                      {"PIXMILL_FETCH_FIRST_PAUSE", "5ms"}};
  from.assignments = {"fetch.allow-cidrs=10.0.0.0/8,fd00::/8", "log.file="};
  const auto values = loaded();
  EXPECT_EQ(values.store.journal, "/var/lib/pixmill");
  EXPECT_EQ(values.log.level, telemetry::log_level::debug);
  EXPECT_EQ(values.fetch.allow_ports, (std::vector<std::uint16_t>{8080, 8443}));
  EXPECT_EQ(values.fetch.first_pause, 5ms);
  EXPECT_EQ(values.fetch.allow_cidrs,
            (std::vector<std::string>{"10.0.0.0/8", "fd00::/8"}));
}

TEST_F(Load, ReadsListsInBracketsOutsideTheFile) {
  from.assignments = {"fetch.allow-ports=[81, 82]",
                      "fetch.allow-cidrs=[\"10.0.0.0/8\"]"};
  const auto values = loaded();
  EXPECT_EQ(values.fetch.allow_ports, (std::vector<std::uint16_t>{81, 82}));
  EXPECT_EQ(values.fetch.allow_cidrs, std::vector<std::string>{"10.0.0.0/8"});
}

TEST_F(Load, NamesAnUnknownSection) {
  write("[fetsh]\nper-origin = 7\n");
  EXPECT_EQ(error(), "x.conf:1: [fetsh] is not a known section; did you mean "
                     "\"fetch\"?");
  write("[kitchen]\n");
  EXPECT_EQ(error(),
            "x.conf:1: [kitchen] is not a known section; known: "
            "scheduler, jobs, fetch, imaging, store, http, log, webhook, "
            "cluster");
}

TEST_F(Load, NamesAnUnknownKey) {
  write("[fetch]\nper-orign = 7\n");
  EXPECT_EQ(error(), "x.conf:2: [fetch] has no key per-orign; did you mean "
                     "\"per-origin\"?");
}

TEST_F(Load, NamesAWrongType) {
  write("[fetch]\nper-origin = \"7\"\n");
  EXPECT_EQ(error(), "x.conf:2: [fetch] per-origin = \"7\": must be a whole "
                     "number from 1 to 256");
  write("[fetch]\nper-origin = 7.5\n");
  EXPECT_EQ(error(), "x.conf:2: [fetch] per-origin = 7.5: must be a whole "
                     "number from 1 to 256");
  write("[fetch]\ntotal-timeout = 60\n");
  EXPECT_EQ(error(), "x.conf:2: [fetch] total-timeout = 60: must be a duration "
                     "from 100ms to 1h in steps of 1ms");
  write("[log]\nlevel = info\n");
  EXPECT_EQ(error(), "x.conf:2: [log] level = info: must be one of \"debug\", "
                     "\"info\", \"warning\", \"error\", \"off\"");
  write("[log]\njson = yes\n");
  EXPECT_EQ(error(), "x.conf:2: [log] json = yes: must be true or false");
}

TEST_F(Load, NamesAValueOutOfRange) {
  write("[imaging]\n; kind\nnice = 20\n");
  EXPECT_EQ(error(),
            "x.conf:3: [imaging] nice = 20: must be a whole number from 0 to "
            "19");
}

TEST_F(Load, NamesAMissingValue) {
  write("[imaging]\nnice = ; later\n");
  EXPECT_EQ(error(),
            "x.conf:2: [imaging] nice = : must be a whole number from 0 to 19");
}

TEST_F(Load, NamesABrokenString) {
  write("[store]\njournal = \"/var\n");
  EXPECT_EQ(error(), "x.conf:2: [store] journal = \"/var: the string does not "
                     "end on this line; must be a \"string\" of 1 to 4095 "
                     "bytes");
}

TEST_F(Load, NamesAMalformedRange) {
  write("[fetch]\nallow-cidrs = [\"10.0.0.0/8\", \"home\"]\n");
  EXPECT_EQ(error(), "x.conf:2: [fetch] allow-cidrs = [\"10.0.0.0/8\", "
                     "\"home\"]: must be a list [\"…\", \"…\"] of strings, "
                     "each an address range such as 10.0.0.0/8");
}

TEST_F(Load, NamesABadVariable) {
  from.environment = {{"PIXMILL_FETCH_PER_ORIGIN", "many"}};
  EXPECT_EQ(error(), "PIXMILL_FETCH_PER_ORIGIN: [fetch] per-origin = many: "
                     "must be a whole number from 1 to 256");
  from.environment = {{"PIXMILL_FETCH_PER_ORIGIN", ""}};
  EXPECT_EQ(error(), "PIXMILL_FETCH_PER_ORIGIN: [fetch] per-origin = : must be "
                     "a whole number from 1 to 256");
}

TEST_F(Load, NamesAnUnknownVariable) {
  from.environment = {{"PIXMILL_FETCH_PER_ORIGINS", "1"}};
  EXPECT_EQ(error(), "PIXMILL_FETCH_PER_ORIGINS: [fetch] has no key "
                     "per-origins; did you mean \"per-origin\"?");
}

TEST_F(Load, SuspectsAVariableThatIsNearlyASetting) {
  from.environment = {{"PIXMILL_FETSH_PER_ORIGIN", "1"}};
  EXPECT_EQ(error(), "PIXMILL_FETSH_PER_ORIGIN: no such setting; did you mean "
                     "PIXMILL_FETCH_<KEY>?");
  from.environment = {{"PIXMILL_LOG", "debug"}};
  EXPECT_EQ(error(), "PIXMILL_LOG: no such setting; did you mean "
                     "PIXMILL_LOG_<KEY>?");
}

TEST_F(Load, LeavesTheVariablesOfOthersAlone) {
  from.environment = {{"PIXMILL_URL", "http://localhost"},
                      {"PIXMILL_TOKEN", "secret"},
                      {"PIXMILL_DEMO_PORT", "1"},
                      {"PIXMILLER", "1"}};
  EXPECT_EQ(loaded().fetch.per_origin, 6u);
}

TEST_F(Load, TakesCredentialsOfOtherProgramsForS3WhereThereAreNone) {
  write("[store]\nkind = \"s3\"\ns3-bucket = \"images\"\n");
  from.environment = {{"AWS_ACCESS_KEY_ID", "theirs"},
                      {"AWS_SECRET_ACCESS_KEY", "their secret"},
                      {"AWS_SESSION_TOKEN", ""}};
  EXPECT_EQ(loaded().s3.access_key, "theirs");
  EXPECT_EQ(loaded().s3.secret_key, "their secret");
  EXPECT_EQ(origin_of("store", "s3-secret-key"), "AWS_SECRET_ACCESS_KEY");
  EXPECT_EQ(origin_of("store", "s3-session-token"), "default");
  from.environment["PIXMILL_STORE_S3_ACCESS_KEY"] = "ours";
  EXPECT_EQ(loaded().s3.access_key, "ours");
  // A worker's head may have a bucket.
  from.assignments = {"store.kind=local"};
  EXPECT_EQ(loaded().s3.secret_key, "their secret");
  from.environment["AWS_SECRET_ACCESS_KEY"] = std::string(5'000, 'x');
  EXPECT_EQ(loaded().s3.secret_key, "");
  from.assignments = {};
  EXPECT_FALSE(load(from));
}

TEST_F(Load, NeverShowsTheSecretOfS3) {
  from.environment = {{"PIXMILL_STORE_S3_SECRET_KEY", "hidden"}};
  const auto out = load(from);
  ASSERT_TRUE(out);
  for (const auto& each : out->effective)
    EXPECT_EQ(each.text.find("hidden"), std::string::npos) << each.key;
  from.assignments = {"store.s3-secret-key=hidden"};
  EXPECT_EQ(error(), "--set: [store] s3-secret-key is a secret; it is taken "
                     "from the environment or a file only");
}

TEST_F(Load, NamesWhatIsMissingForS3) {
  from.assignments = {"store.kind=s3"};
  EXPECT_EQ(error(), "[store] s3-bucket: a name of 3 to 63 letters, digits, - "
                     "or . is wanted");
  from.assignments.emplace_back("store.s3-bucket=images");
  EXPECT_EQ(loaded().s3.bucket, "images");
  from.assignments.emplace_back("store.s3-endpoint=http://u:p@s3.shop/x");
  EXPECT_EQ(error(), "[store] s3-endpoint: such as "
                     "https://s3.shop.example:9000 is wanted, without a path, "
                     "a user or a password");
}

TEST_F(Load, NamesABadFlag) {
  for (const auto* text : {"fetch.per-origin", "per-origin=1", "=", ""}) {
    from.assignments = {text};
    EXPECT_EQ(error(), std::string{"--set: "} + text
                         + ": write section.key=value, such as "
                           "fetch.per-origin=12");
  }
  from.assignments = {"fetch.per-origin=0"};
  EXPECT_EQ(error(), "--set: [fetch] per-origin = 0: must be a whole number "
                     "from 1 to 256");
  from.assignments = {"fetch.origin=0"};
  EXPECT_EQ(error().substr(0, 37), "--set: [fetch] has no key origin; kno");
  from.assignments = {"fitch.per-origin=0"};
  EXPECT_EQ(error(), "--set: [fitch] is not a known section; did you mean "
                     "\"fetch\"?");
}

TEST_F(Load, ChecksSettingsThatBelongTogether) {
  write("[fetch]\nmemory-budget = 1048576\n");
  EXPECT_EQ(error(), "default: [fetch] max-bytes = 26214400: must be at most "
                     "memory-budget = 1048576 (x.conf:2)");
  write("[fetch]\nfirst-pause = 1min\n");
  EXPECT_EQ(error(), "x.conf:2: [fetch] first-pause = 1min: must be at most "
                     "longest-pause = 30s (default)");
}

TEST_F(Load, ShortensWhatItRepeats) {
  from.assignments = {"fetch.per-origin=" + std::string(5000, 'x')};
  EXPECT_LT(error().size(), 250u);
}

// -- the file that is shipped ---------------------------------------------

TEST_F(Load, FindsEverySettingInTheShippedFileAtItsDefault) {
  from.file = PIXMILL_SHIPPED_CONF;
  const auto out = load(from);
  ASSERT_TRUE(out) << context_of(out.error());
  for (std::size_t i = 0; i < schema().size(); ++i) {
    const auto& each = out->effective[i];
    EXPECT_EQ(each.origin.substr(0, from.file.size() + 1), from.file + ":")
      << each.section << '.' << each.key << " is not in the file";
    EXPECT_EQ(each.text, shown(schema()[i], settings{})) << each.key;
  }
}

TEST_F(Load, FindsTheShippedFileInTheSchemasOrder) {
  const auto file = read_conf(PIXMILL_SHIPPED_CONF);
  ASSERT_TRUE(file) << context_of(file.error());
  ASSERT_EQ(file->entries.size(), schema().size());
  for (std::size_t i = 0; i < schema().size(); ++i)
    EXPECT_EQ(file->entries[i].key, schema()[i].key);
}

TEST_F(Load, FindsAWordAboutEachSettingInTheShippedFile) {
  const auto file = read_conf(PIXMILL_SHIPPED_CONF);
  ASSERT_TRUE(file);
  std::ifstream stream{PIXMILL_SHIPPED_CONF};
  std::vector<std::string> lines{{}};
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  for (const auto& entry : file->entries)
    EXPECT_EQ(lines[entry.line - 1].substr(0, 2), "; ") << entry.key;
}

TEST_F(Load, NoticesTheShippedFileCutAnywhere) {
  std::ifstream stream{PIXMILL_SHIPPED_CONF};
  const std::string whole{std::istreambuf_iterator<char>{stream}, {}};
  const auto first_line = whole.find('\n') + 1;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = parse_conf(whole.substr(0, size), "x.conf");
    EXPECT_FALSE(cut) << "after " << size << " of " << whole.size()
                      << " bytes; the first line has " << first_line;
  }
}

} // namespace
} // namespace pixmill::config
