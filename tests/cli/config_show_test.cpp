#include "cli/config_show.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"
#include "config/schema.hpp"

namespace pixmill::cli {
namespace {

class ConfigShow : public testing::Test {
protected:
  std::string shown(bool json) {
    config::sources from;
    from.search.clear();
    from.environment = {{"PIXMILL_FETCH_PER_ORIGIN", "9"}};
    const auto loaded = config::load(from);
    EXPECT_TRUE(loaded);
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(config_show({.json = json}, *loaded, {.out = out, .err = err}),
              exit_ok);
    EXPECT_EQ(err.str(), "");
    return out.str();
  }
};

TEST_F(ConfigShow, TellsValueAndOrigin) {
  const auto text = shown(false);
  const auto at = text.find("fetch.per-origin ");
  ASSERT_NE(at, std::string::npos);
  std::istringstream line{text.substr(at)};
  std::string key;
  std::string value;
  std::string origin;
  line >> key >> value >> origin;
  EXPECT_EQ(value, "9");
  EXPECT_EQ(origin, "PIXMILL_FETCH_PER_ORIGIN");
}

TEST_F(ConfigShow, ListsEverySettingAsJson) {
  const auto list = nlohmann::json::parse(shown(true));
  ASSERT_EQ(list.size(), config::schema().size());
  for (const auto& each : list)
    for (const auto* field :
         {"section", "key", "value", "origin", "about", "allowed"})
      EXPECT_TRUE(each.contains(field)) << each;
}

} // namespace
} // namespace pixmill::cli
