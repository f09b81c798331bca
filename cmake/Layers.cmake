# The rules that every target of Pixmill obeys.

add_library(pixmill_rules INTERFACE)
target_include_directories(pixmill_rules INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_definitions(pixmill_rules INTERFACE
  PIXMILL_VERSION="${PROJECT_VERSION}")
target_compile_options(pixmill_rules INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  # Found by nobody but the optimizer, inside library headers.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  $<$<BOOL:${PIXMILL_WERROR}>:-Werror>
  -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
if(PIXMILL_SANITIZE)
  # CAF's headers bind null references, so that one check is off.
  target_compile_options(pixmill_rules INTERFACE
    -fsanitize=address,undefined -fno-sanitize=null
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pixmill_rules INTERFACE -fsanitize=address,undefined)
endif()

# pixmill_layer(NAME SOURCES... BELOW layers... USES libraries...)
# One folder, one static library. BELOW lists the layers that it may include.
function(pixmill_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;BELOW;USES;PCH" ${ARGN})
  add_library(pixmill_${name} STATIC ${LAYER_SOURCES})
  list(TRANSFORM LAYER_BELOW PREPEND pixmill_)
  target_link_libraries(pixmill_${name}
    PUBLIC pixmill_rules ${LAYER_BELOW} ${LAYER_USES})
  if(LAYER_PCH)
    target_precompile_headers(pixmill_${name} PRIVATE ${LAYER_PCH})
  endif()
endfunction()

# pixmill_embed(LAYER FILE NAME): the text of FILE as `pixmill::LAYER::NAME`, in
# NAME.cpp of the current binary folder.
function(pixmill_embed layer file name)
  add_custom_command(
    OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp"
    COMMAND "${CMAKE_COMMAND}"
      "-DIN=${CMAKE_CURRENT_SOURCE_DIR}/${file}"
      "-DOUT=${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp"
      "-DLAYER=${layer}"
      "-DNAME=${name}"
      -P "${PROJECT_SOURCE_DIR}/cmake/EmbedText.cmake"
    DEPENDS ${file} "${PROJECT_SOURCE_DIR}/cmake/EmbedText.cmake"
    VERBATIM)
endfunction()

function(pixmill_executable name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE pixmill_rules)
endfunction()
