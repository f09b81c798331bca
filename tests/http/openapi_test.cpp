#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/embedded.hpp"
#include "http/routes.hpp"
#include "tests/http/fake_backend.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::json;

// The library keeps its routes to itself. An explicit instantiation may name
// private members.
template <class Tag, auto Member>
struct opened {
  friend auto& routes_of(httplib::Server& server, Tag) {
    return server.*Member;
  }
};

#define PIXMILL_OPEN(NAME)                                                     \
  struct NAME {};                                                              \
  auto& routes_of(httplib::Server& server, NAME);                              \
  template struct opened<NAME, &httplib::Server::NAME##_>;

PIXMILL_OPEN(get_handlers)
PIXMILL_OPEN(post_handlers)
PIXMILL_OPEN(post_handlers_for_content_reader)
PIXMILL_OPEN(put_handlers)
PIXMILL_OPEN(put_handlers_for_content_reader)
PIXMILL_OPEN(patch_handlers)
PIXMILL_OPEN(patch_handlers_for_content_reader)
PIXMILL_OPEN(delete_handlers)
PIXMILL_OPEN(delete_handlers_for_content_reader)
PIXMILL_OPEN(options_handlers)

#undef PIXMILL_OPEN

service_settings every_route() {
  service_settings settings;
  settings.compat = true;
  return settings;
}

class Openapi : public testing::Test {
protected:
  Openapi() : document(json::parse(openapi_json)) {
    add_routes(server, context);
    add<get_handlers>("get");
    add<post_handlers>("post");
    add<post_handlers_for_content_reader>("post");
    add<put_handlers>("put");
    add<put_handlers_for_content_reader>("put");
    add<patch_handlers>("patch");
    add<patch_handlers_for_content_reader>("patch");
    add<delete_handlers>("delete");
    add<delete_handlers_for_content_reader>("delete");
    add<options_handlers>("options");
  }

  template <class Tag>
  void add(const std::string& method) {
    for (const auto& entry : routes_of(server, Tag{}))
      registered[method].push_back(entry.first);
  }

  const json& resolved(const json& value) const {
    if (!value.contains("$ref"))
      return value;
    const auto path = value.at("$ref").get<std::string>();
    return document.at(json::json_pointer{path.substr(1)});
  }

  /// `path` as somebody would ask for it: examples in place of parameters.
  std::string example_of(std::string path, const json& item) const {
    for (const auto& given : item.value("parameters", json::array())) {
      const auto& parameter = resolved(given);
      const auto slot = "{" + parameter.at("name").get<std::string>() + "}";
      if (const auto at = path.find(slot); at != std::string::npos)
        path.replace(at, slot.size(),
                     parameter.at("example").get<std::string>());
    }
    return path;
  }

  /// Which of the registered routes answers; -1: none.
  int answering(const std::string& method, const std::string& path) {
    const auto& routes = registered[method];
    const auto found =
      std::find_if(routes.begin(), routes.end(), [&](const std::regex& route) {
        return std::regex_match(path, route);
      });
    return found == routes.end() ? -1
                                 : static_cast<int>(found - routes.begin());
  }

  test::fake_backend head;
  route_context context{.head = head, .settings = every_route()};
  httplib::Server server;
  json document;
  std::map<std::string, std::vector<std::regex>> registered;
};

bool is_method(const std::string& key) {
  return key != "parameters" && key != "summary" && key != "description";
}

TEST_F(Openapi, DescribesEachRouteOnceAndNothingElse) {
  std::map<std::string, std::set<int>> described;
  for (const auto& [path, item] : document.at("paths").items())
    for (const auto& [method, operation] : item.items())
      if (is_method(method)) {
        const auto route = answering(method, example_of(path, item));
        EXPECT_GE(route, 0) << "no route answers " << method << ' ' << path;
        EXPECT_TRUE(described[method].insert(route).second)
          << method << ' ' << path << " is answered by another's route";
      }
  for (const auto& [method, routes] : registered)
    EXPECT_EQ(described[method].size(), routes.size())
      << "a " << method << " route is missing in http/openapi.json";
}

TEST_F(Openapi, NamesEveryCodeOfAProblem) {
  const auto& schema = document.at("components").at("schemas").at("Problem");
  const std::set<std::string> known =
    schema.at("properties").at("code").at("enum");
  // As refusals and problems are written: a status, then its code.
  const std::regex written{R"(\{\s*[45]\d\d,\s*"([a-z0-9-]+)\")"};
  std::set<std::string> used;
  for (const auto& entry :
       std::filesystem::directory_iterator{PIXMILL_SOURCE_DIR "/http"}) {
    if (entry.path().extension() != ".cpp")
      continue;
    std::ifstream file{entry.path()};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    for (std::sregex_iterator at{text.begin(), text.end(), written}, end;
         at != end; ++at)
      used.insert((*at)[1]);
  }
  EXPECT_GT(used.size(), 20u);
  for (const auto& code : used)
    EXPECT_TRUE(known.contains(code)) << code;
}

TEST_F(Openapi, HoldsWhatItRefersTo) {
  const auto visit = [this](const auto& self, const json& value) -> void {
    if (value.is_object() && value.contains("$ref")) {
      EXPECT_NO_THROW(resolved(value)) << value.dump();
    }
    if (value.is_structured())
      for (const auto& one : value)
        self(self, one);
  };
  visit(visit, document);
}

TEST_F(Openapi, NamesEachOperation) {
  std::set<std::string> names;
  for (const auto& [path, item] : document.at("paths").items())
    for (const auto& [method, operation] : item.items())
      if (is_method(method)) {
        EXPECT_TRUE(names.insert(operation.at("operationId")).second) << path;
        EXPECT_FALSE(operation.at("summary").get<std::string>().empty());
        EXPECT_TRUE(operation.contains("security")) << path;
        EXPECT_TRUE(operation.at("responses").contains("default")) << path;
      }
}

} // namespace
} // namespace pixmill::http
