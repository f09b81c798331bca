#include "http/docs_page.hpp"

#include <vector>

#include <nlohmann/json.hpp>

#include "http/html_text.hpp"
#include "http/schema_html.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

/// One route of the description.
struct operation {
  std::string method;
  std::string path;
  const json& itself;
  const json& item; ///< What the path's methods share.
};

class renderer {
public:
  explicit renderer(std::string_view openapi)
      : document_(json::parse(openapi)) {}

  std::string page(std::string_view style) const;

private:
  const json& resolved(const json& value) const;
  std::vector<operation> operations_of(const std::string& tag) const;

  std::string navigation() const;
  std::string section(const json& tag) const;
  std::string route(const operation& what) const;
  std::string access(const operation& what) const;
  std::string parameters(const operation& what) const;
  std::string request_body(const operation& what) const;
  std::string answers(const operation& what) const;
  std::string answer(const std::string& code, const json& given) const;
  std::string examples(const json& media) const;
  std::string call(const operation& what) const;
  std::string first_answer(const operation& what) const;
  std::string schemas() const;

  const json document_;
};

std::string text_or_json(const json& value) {
  return value.is_string() ? escaped(value.get<std::string>())
                           : coloured(value);
}

const json& renderer::resolved(const json& value) const {
  if (!value.contains("$ref"))
    return value;
  return document_.at(
    json::json_pointer{value.at("$ref").get<std::string>().substr(1)});
}

std::vector<operation> renderer::operations_of(const std::string& tag) const {
  std::vector<operation> out;
  for (const auto& [path, item] : document_.at("paths").items())
    for (const auto& [method, itself] : item.items())
      if (itself.is_object() && itself.contains("operationId")
          && itself.at("tags").front() == tag)
        out.push_back({method, path, itself, item});
  return out;
}

std::string renderer::navigation() const {
  std::string out = "<nav aria-label=\"Routes\"><input type=\"checkbox\" "
                    "id=\"menu\"><label for=\"menu\">Routes</label><div>";
  for (const auto& tag : document_.at("tags")) {
    const auto name = tag.at("name").get<std::string>();
    out += "<h2><a href=\"#" + escaped(name) + "\">" + escaped(name)
           + "</a></h2><ul>";
    for (const auto& one : operations_of(name))
      out += "<li><a href=\"#"
             + escaped(one.itself.at("operationId").get<std::string>()) + "\">"
             + badge(one.method) + "<span>" + path_html(one.path)
             + "</span></a></li>";
    out += "</ul>";
  }
  return out + "<h2><a href=\"#schemas\">Schemas</a></h2></div></nav>";
}

std::string renderer::access(const operation& what) const {
  for (const auto& way : what.itself.at("security"))
    if (way.contains("bearer"))
      return "<p class=\"access\">Wants a token with scope <code>"
             + escaped(way["bearer"].front().get<std::string>())
             + "</code>, where there are tokens.</p>";
  return {};
}

std::string renderer::parameters(const operation& what) const {
  std::string out;
  for (const auto* from : {&what.item, &what.itself})
    for (const auto& given : from->value("parameters", json::array())) {
      const auto& one = resolved(given);
      const auto& schema = one.at("schema");
      out += "<li><div class=\"name\"><code>"
             + escaped(one.at("name").get<std::string>())
             + "</code> <span class=\"place\">"
             + escaped(one.at("in").get<std::string>())
             + "</span> <span class=\"type\">" + type_of(schema) + "</span>";
      if (schema.contains("default"))
        out += " <span class=\"type\">default <code>"
               + escaped(schema["default"].dump()) + "</code></span>";
      out += "</div>";
      if (one.contains("description"))
        out += prose(one["description"].get<std::string>());
      out += "</li>";
    }
  return out.empty()
           ? out
           : "<h4>Parameters</h4><ul class=\"members\">" + out + "</ul>";
}

std::string renderer::examples(const json& media) const {
  if (media.contains("example"))
    return block("Example", text_or_json(media["example"]));
  std::string out;
  const auto named = media.value("examples", json::object());
  for (const auto& [name, example] : named.items())
    out += block(escaped(example.value("summary", name)),
                 text_or_json(resolved(example).at("value")));
  return out;
}

std::string renderer::request_body(const operation& what) const {
  if (!what.itself.contains("requestBody"))
    return {};
  const auto& body = what.itself["requestBody"];
  std::string out = "<h4>Body</h4>";
  if (body.contains("description"))
    out += prose(body["description"].get<std::string>());
  for (const auto& [type, media] : body.at("content").items()) {
    const auto& schema = media.at("schema");
    const auto inside = members_of(schema) + examples(media);
    const auto head = "<code>" + escaped(type) + "</code> <span class=\"type\">"
                      + type_of(schema) + "</span>";
    out += inside.empty() ? "<p class=\"form\">" + head + "</p>"
                          : "<details class=\"answer\"><summary>" + head
                              + "</summary>" + inside + "</details>";
  }
  return out;
}

std::string renderer::answer(const std::string& code, const json& given) const {
  const auto& what = resolved(given);
  std::string inside;
  const auto fields = what.value("headers", json::object());
  for (const auto& [name, header] : fields.items()) {
    const auto& field = resolved(header);
    inside += "<li><div class=\"name\"><code>" + escaped(name)
              + "</code> <span class=\"place\">field</span></div>"
              + (field.contains("description")
                   ? prose(field["description"].get<std::string>())
                   : std::string{})
              + "</li>";
  }
  if (!inside.empty())
    inside = "<ul class=\"members\">" + inside + "</ul>";
  const auto content = what.value("content", json::object());
  for (const auto& [type, media] : content.items())
    inside += "<p class=\"form\"><code>" + escaped(type)
              + "</code> <span class=\"type\">" + type_of(media.at("schema"))
              + "</span></p>" + examples(media);
  const auto [first, rest] = parted(what.at("description").get<std::string>());
  const auto name = code == "default" ? std::string{"else"} : code;
  return "<details class=\"answer\"><summary><span class=\"code c"
         + code.substr(0, 1) + "\">" + escaped(name) + "</span>" + prose(first)
         + "</summary>" + (rest.empty() ? rest : prose(rest)) + inside
         + "</details>";
}

std::string renderer::answers(const operation& what) const {
  std::string out = "<h4>Answers</h4>";
  for (const auto& [code, given] : what.itself.at("responses").items())
    out += answer(code, given);
  return out;
}

// What one types to ask for it.
std::string renderer::call(const operation& what) const {
  auto path = what.path;
  for (const auto& given : what.item.value("parameters", json::array())) {
    const auto& one = resolved(given);
    const auto slot = "{" + one.at("name").get<std::string>() + "}";
    if (const auto at = path.find(slot); at != std::string::npos)
      path.replace(at, slot.size(), one.value("example", ""));
  }
  std::string out = "curl";
  if (what.method == "delete")
    out += " -X DELETE";
  for (const auto& way : what.itself.at("security"))
    if (way.contains("bearer"))
      out += " -H \"Authorization: Bearer $TOKEN\" \\\n ";
  if (what.itself.contains("requestBody")) {
    const auto& content = what.itself["requestBody"].at("content");
    out += content.contains("multipart/form-data")
             ? " -F file=@products.csv \\\n "
             : " --json '{}' \\\n ";
  } else if (what.method == "post") {
    out += " -d '' \\\n ";
  }
  return block("Request", escaped(out + " $PIXMILL" + path));
}

std::string renderer::first_answer(const operation& what) const {
  const auto& given = what.itself.at("responses").front();
  const auto& answer = resolved(given);
  const auto content = answer.value("content", json::object());
  if (content.empty())
    return {};
  const auto& media = content.front();
  auto shown = examples(media);
  if (shown.empty() && media.at("schema").contains("$ref")) {
    const auto& schema = resolved(media["schema"]);
    if (schema.contains("examples"))
      shown = block("Answer", coloured(schema["examples"].front()));
  }
  return shown;
}

std::string renderer::route(const operation& what) const {
  const auto id = escaped(what.itself.at("operationId").get<std::string>());
  auto out = "<article id=\"" + id + "\"><div class=\"text\"><h3><a href=\"#"
             + id + "\">"
             + escaped(what.itself.at("summary").get<std::string>())
             + "</a></h3><p class=\"path\">" + badge(what.method) + "<code>"
             + path_html(what.path) + "</code></p>";
  if (what.itself.contains("description"))
    out += prose(what.itself["description"].get<std::string>());
  return out + access(what) + parameters(what) + request_body(what)
         + answers(what) + "</div><div class=\"samples\">" + call(what)
         + first_answer(what) + "</div></article>";
}

std::string renderer::section(const json& tag) const {
  const auto name = tag.at("name").get<std::string>();
  auto out = "<section id=\"" + escaped(name) + "\"><h2>" + escaped(name)
             + "</h2>" + prose(tag.value("description", ""));
  for (const auto& one : operations_of(name))
    out += route(one);
  return out + "</section>";
}

std::string renderer::schemas() const {
  std::string out = "<section id=\"schemas\"><h2>Schemas</h2>";
  for (const auto& [name, schema] :
       document_.at("components").at("schemas").items()) {
    out += "<article id=\"schema-" + escaped(name)
           + "\"><div class=\"text\"><h3>" + escaped(name) + "</h3>";
    if (schema.contains("description"))
      out += prose(schema["description"].get<std::string>());
    const auto inside = members_of(schema);
    out +=
      inside.empty() ? "<p class=\"form\">" + type_of(schema) + "</p>" : inside;
    out += "</div><div class=\"samples\">";
    if (schema.contains("examples"))
      out += block("Example", coloured(schema["examples"].front()));
    out += "</div></article>";
  }
  return out + "</section>";
}

std::string renderer::page(std::string_view style) const {
  const auto& info = document_.at("info");
  const auto title = escaped(info.at("title").get<std::string>());
  std::string out =
    "<!doctype html><html lang=\"en\"><head><meta charset="
    "\"utf-8\"><meta name=\"viewport\" content=\"width=device-"
    "width,initial-scale=1\"><title>"
    + title + " HTTP API</title><style>" + std::string{style}
    + "</style></head><body><header><a class=\"brand\" "
      "href=\"#top\"><b></b>"
    + title + "</a><span>HTTP API "
    + escaped(info.at("version").get<std::string>())
    + "</span><a class=\"raw\" href=\"/openapi.json\">"
      "openapi.json</a></header>"
    + navigation() + "<main id=\"top\"><div class=\"intro\"><h1>"
    + escaped(info.at("summary").get<std::string>()) + "</h1>"
    + prose(info.at("description").get<std::string>()) + "</div>";
  for (const auto& tag : document_.at("tags"))
    out += section(tag);
  return out + schemas() + "</main></body></html>";
}

} // namespace

std::string docs_page(std::string_view openapi, std::string_view style) {
  return renderer{openapi}.page(style);
}

} // namespace pixmill::http
