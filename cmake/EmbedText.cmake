# cmake -DIN=file -DOUT=file.cpp -DNAME=symbol -P EmbedText.cmake
# Writes a source whose `pixmill::http::NAME` is the text of IN.

file(READ "${IN}" text)
string(FIND "${text}" ")embedded\"" end)
if(NOT end EQUAL -1)
  message(FATAL_ERROR "${IN} holds the end of a raw string")
endif()
file(WRITE "${OUT}"
  "#include \"http/embedded.hpp\"\n\nnamespace pixmill::http {\n\n"
  "const std::string_view ${NAME}{R\"embedded(${text})embedded\"};\n\n"
  "} // namespace pixmill::http\n")
