# cmake -DIN=file -DOUT=file.cpp -DLAYER=folder -DNAME=symbol -P EmbedText.cmake
# Writes a source whose `pixmill::LAYER::NAME` is the text of IN; that folder's
# embedded.hpp declares it.

file(READ "${IN}" text)
string(FIND "${text}" ")embedded\"" end)
if(NOT end EQUAL -1)
  message(FATAL_ERROR "${IN} holds the end of a raw string")
endif()
file(WRITE "${OUT}"
  "#include \"${LAYER}/embedded.hpp\"\n\nnamespace pixmill::${LAYER} {\n\n"
  "const std::string_view ${NAME}{R\"embedded(${text})embedded\"};\n\n"
  "} // namespace pixmill::${LAYER}\n")
