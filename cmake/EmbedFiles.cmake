# cmake "-DIN=name=path|name=path" -DOUT=file.cpp -DNAME=symbol -P EmbedFiles.cmake
# Writes a source whose `pixmill::http::NAME` is a table of these files.

string(REPLACE "|" ";" files "${IN}")
set(rows "")
foreach(file IN LISTS files)
  string(FIND "${file}" "=" cut)
  string(SUBSTRING "${file}" 0 ${cut} name)
  math(EXPR cut "${cut} + 1")
  string(SUBSTRING "${file}" ${cut} -1 path)
  file(READ "${path}" text)
  string(FIND "${text}" ")embedded\"" end)
  if(NOT end EQUAL -1)
    message(FATAL_ERROR "${path} holds the end of a raw string")
  endif()
  string(APPEND rows "  {\"${name}\", R\"embedded(${text})embedded\"},\n")
endforeach()
file(WRITE "${OUT}"
  "#include \"http/embedded.hpp\"\n\nnamespace pixmill::http {\n\n"
  "namespace {\n\nconstexpr embedded_file files[] = {\n${rows}};\n\n"
  "} // namespace\n\n"
  "const std::span<const embedded_file> ${NAME}{files};\n\n"
  "} // namespace pixmill::http\n")
