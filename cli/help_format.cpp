#include "cli/help_format.hpp"

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace pixmill::cli {
namespace {

constexpr std::size_t name_columns = 29;
constexpr std::size_t text_columns = 80 - name_columns;

class help_format final : public CLI::Formatter {
public:
  help_format() {
    column_width(name_columns);
    label("SUBCOMMAND", "VERB");
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    std::istringstream words{option->get_description()};
    std::string out;
    std::size_t used = 0;
    for (std::string word; words >> word;) {
      if (used > 0 && used + 1 + word.size() > text_columns) {
        out += '\n';
        used = 0;
      } else if (used > 0) {
        out += ' ';
        ++used;
      }
      out += word;
      used += word.size();
    }
    return out;
  }

  // What stands after a positional's name is said by its description.
  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_positional() ? std::string{}
                                    : CLI::Formatter::make_option_opts(option);
  }

  // The base class puts two blank lines between groups; this makes it one.
  std::string
  make_group(std::string group, bool is_positional,
             std::vector<const CLI::Option*> options) const override {
    const auto out = CLI::Formatter::make_group(std::move(group), is_positional,
                                                std::move(options));
    return out.substr(1) + (is_positional ? "\n" : "");
  }

  std::string make_usage(const CLI::App* app, std::string name) const override {
    return CLI::Formatter::make_usage(app, std::move(name)) + '\n';
  }
};

} // namespace

std::shared_ptr<CLI::FormatterBase> make_help_format() {
  return std::make_shared<help_format>();
}

} // namespace pixmill::cli
