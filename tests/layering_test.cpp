// The tree is the architecture: this test reads the sources and fails on what
// docs/architecture.md does not allow.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;
using names = std::set<std::string, std::less<>>;

const fs::path root = PIXMILL_SOURCE_DIR;

/// Which folders a folder may include besides itself: the arrows.
const std::map<std::string, names, std::less<>> may_include{
  {"model", {}},
  {"telemetry", {}},
  {"net", {"model", "telemetry"}},
  {"imaging", {"model", "telemetry"}},
  {"persistence", {"model", "telemetry", "net", "imaging"}},
  {"actors", {"model", "telemetry", "net", "imaging", "persistence"}},
  {"cluster",
   {"model", "telemetry", "net", "imaging", "persistence", "actors"}},
  {"http", {"model", "telemetry"}},
  {"config",
   {"model", "telemetry", "net", "imaging", "persistence", "actors", "cluster",
    "http"}},
  {"cli",
   {"model", "telemetry", "net", "imaging", "persistence", "actors", "cluster",
    "http", "config"}},
};

/// The only headers of other layers that http/ sees; messages.hpp is the values
/// of the protocol, without CAF's actors.
const names open_to_http{"actors/messages.hpp", "actors/protocol.hpp",
                         "persistence/object_store.hpp"};

/// CAF headers so light that any header may name them. A heavy one costs every
/// source that includes it a second of compilation.
const names light_caf{"caf/error.hpp", "caf/expected.hpp", "caf/fwd.hpp",
                      "caf/unit.hpp"};

/// Headers of the system that cost next to nothing.
const names light_system{"emmintrin.h", "sys/types.h"};

/// Headers that put a library behind a type for the sources of their own
/// folder, and that no other folder but tests includes.
const names wraps_library{"cli/answer_fields.hpp", "http/gated_server.hpp",
                          "http/schema_html.hpp", "imaging/jpeg_library.hpp"};

/// Layers that cannot speak of themselves without actor handles.
const names speaks_caf{"actors", "cluster"};

const names top_level{"CHANGELOG.md",
                      "CMakeLists.txt",
                      "CMakePresets.json",
                      "LICENSE",
                      "CONTRIBUTING.md",
                      "README.md",
                      "run",
                      "caf-application.conf",
                      "test",
                      "pixmill.cpp",
                      "cmake",
                      "tests",
                      "bench",
                      "docs",
                      "samples",
                      "packaging"};

/// What a build, a demo or an editor leaves here; not part of the tree.
const names leftovers{"build", "demo", "out", "compile_commands.json"};

struct source {
  fs::path path;      ///< Relative to the root.
  std::string folder; ///< First component; empty for a top-level file.
  std::vector<std::string> lines;

  bool is_header() const {
    return path.extension() == ".hpp";
  }
};

source read_source(const fs::path& path) {
  source result{.path = fs::relative(path, root), .folder = {}, .lines = {}};
  if (result.path.has_parent_path())
    result.folder = result.path.begin()->string();
  std::ifstream in{path};
  for (std::string line; std::getline(in, line);)
    result.lines.push_back(std::move(line));
  return result;
}

bool is_source(const fs::path& path) {
  return path.extension() == ".hpp" || path.extension() == ".cpp";
}

std::vector<source> read_tree() {
  std::vector<source> result;
  for (const auto& top : fs::directory_iterator{root}) {
    const auto name = top.path().filename().string();
    if (name.starts_with('.') || leftovers.contains(name))
      continue;
    if (top.is_regular_file() && is_source(top.path()))
      result.push_back(read_source(top.path()));
    if (top.is_directory())
      for (const auto& entry : fs::recursive_directory_iterator{top.path()})
        if (entry.is_regular_file() && is_source(entry.path()))
          result.push_back(read_source(entry.path()));
  }
  return result;
}

const std::vector<source>& tree() {
  static const auto sources = read_tree();
  return sources;
}

/// The file that `line` includes between `open` and `close`; empty: none.
std::string_view included(std::string_view line, char open, char close) {
  constexpr std::string_view directive = "#include ";
  if (!line.starts_with(directive) || line.size() <= directive.size()
      || line[directive.size()] != open)
    return {};
  line.remove_prefix(directive.size() + 1);
  return line.substr(0, line.find(close));
}

std::string_view folder_of(std::string_view header) {
  const auto slash = header.find('/');
  return slash == std::string_view::npos ? "" : header.substr(0, slash);
}

bool edge_allowed(const source& from, std::string_view header) {
  const auto to = folder_of(header);
  const auto is_trial = from.folder == "tests" || from.folder == "bench";
  if (wraps_library.contains(header))
    return (from.folder == to || is_trial) && !from.is_header();
  if (from.folder == to)
    return true;
  if (to == "tests" || to == "bench")
    return is_trial;
  if (from.folder.empty() || is_trial)
    return true;
  if (from.folder == "http" && open_to_http.contains(header))
    return true;
  const auto arrows = may_include.find(from.folder);
  return arrows != may_include.end() && arrows->second.contains(to);
}

/// Whether `header`, named in `<>`, may be named by a header of `folder`.
bool light_enough(const std::string& folder, std::string_view header) {
  if (light_system.contains(header))
    return true;
  if (header == "caf/all.hpp")
    return false;
  if (header.starts_with("caf/"))
    return speaks_caf.contains(folder) || light_caf.contains(header)
           || header.starts_with("caf/meta/");
  // Standard headers have neither folder nor extension.
  return header.find_first_of("/.") == std::string_view::npos;
}

std::string at(const source& file, std::size_t line) {
  return file.path.string() + ":" + std::to_string(line + 1) + ": "
         + file.lines[line];
}

template <class Complaint>
void complain_by_line(Complaint&& wrong) {
  for (const auto& file : tree())
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      if (wrong(file, file.lines[i]))
        ADD_FAILURE() << at(file, i);
}

TEST(Layering, ReadsTheTree) {
  EXPECT_GT(tree().size(), 20u) << "no sources under " << root;
}

TEST(Layering, PointsDownOnly) {
  complain_by_line([](const source& file, std::string_view line) {
    const auto header = included(line, '"', '"');
    return !header.empty() && !edge_allowed(file, header);
  });
}

TEST(Layering, SpellsIncludesFromTheRoot) {
  complain_by_line([](const source&, std::string_view line) {
    const auto header = included(line, '"', '"');
    return !header.empty() && !fs::exists(root / header);
  });
}

TEST(Layering, KeepsLibrariesOutOfHeaders) {
  complain_by_line([](const source& file, std::string_view line) {
    if (!file.is_header() || !may_include.contains(file.folder)
        || wraps_library.contains(file.path.string()))
      return false;
    const auto header = included(line, '<', '>');
    return !header.empty() && !light_enough(file.folder, header);
  });
}

TEST(Layering, NeverIncludesAllOfCaf) {
  complain_by_line([](const source&, std::string_view line) {
    return included(line, '<', '>') == "caf/all.hpp";
  });
}

TEST(Layering, GivesEachFolderItsNamespace) {
  for (const auto& file : tree()) {
    if (!file.is_header() || !may_include.contains(file.folder))
      continue;
    const auto wanted = file.folder == "model"
                          ? std::string{"namespace pixmill"}
                          : "namespace pixmill::" + file.folder;
    // Headers of macros alone have none; others declare a library's names.
    const auto spoken = [&file](const std::string& start) {
      return std::any_of(
        file.lines.begin(), file.lines.end(),
        [&start](const std::string& line) { return line.starts_with(start); });
    };
    EXPECT_TRUE(spoken(wanted) || !spoken("namespace "))
      << file.path << " lacks " << wanted;
  }
}

TEST(Layering, GuardsHeadersWithPragmaOnce) {
  for (const auto& file : tree()) {
    if (file.is_header()) {
      EXPECT_TRUE(!file.lines.empty() && file.lines[0] == "#pragma once")
        << file.path;
    }
  }
}

TEST(Layering, KeepsFilesShort) {
  for (const auto& file : tree())
    EXPECT_LE(file.lines.size(), 450u) << file.path << " wants to be two";
}

TEST(Layering, LeavesNothingForLater) {
  // Spelled in two halves, so that this file passes its own test.
  const std::string words[] = {std::string{"TO"} + "DO",
                               std::string{"FIX"} + "ME"};
  complain_by_line([&words](const source&, std::string_view line) {
    return std::any_of(std::begin(words), std::end(words),
                       [line](const std::string& word) {
                         return line.find(word) != std::string_view::npos;
                       });
  });
}

TEST(Layering, NamesEveryTopLevelEntry) {
  for (const auto& entry : fs::directory_iterator{root}) {
    const auto name = entry.path().filename().string();
    EXPECT_TRUE(name.starts_with('.') || leftovers.contains(name)
                || top_level.contains(name) || may_include.contains(name))
      << name << " is not part of the tree";
  }
}

} // namespace
