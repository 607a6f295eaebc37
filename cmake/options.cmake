# One place for what every target is compiled with.
option(PENCHANT_TESTS "Build the tests" ON)
option(PENCHANT_BENCH "Build the benchmarks" ON)
option(PENCHANT_FUZZ "Build the fuzz targets with libFuzzer (clang only)" OFF)
option(PENCHANT_UNITY "Compile several files as one" ON)
set(PENCHANT_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# -O3: GCC 12 leaves plain loops scalar at -O2. -ffp-contract=off: the same sums on every
# instruction set, so that a replay is bit-equal wherever it runs.
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g -fno-omit-frame-pointer")
add_compile_options(-ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-missing-field-initializers
                    -Werror)
# One 64-byte line holds 16 cells; rows start on a line.
add_compile_definitions(EIGEN_MAX_ALIGN_BYTES=64 EIGEN_NO_IO BOOST_ALLOW_DEPRECATED_HEADERS)

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wno-sign-conversion)  # no part of GCC's -Wconversion
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-restrict)  # GCC 12 sees overlaps in "text" + std::string that are not there (PR 105651)
endif()
if(PENCHANT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(PENCHANT_SANITIZE)
  add_compile_options(-fsanitize=${PENCHANT_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PENCHANT_SANITIZE})
  # The compiler's manual: with sanitizers it warns of variables that are always set.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  # Clang 14 cannot assemble coroutines with it ("Cannot represent a difference across sections").
  add_compile_options($<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
endif()

# Parsing the headers takes most of the time: eight files at once halve a clean build. Every file stands on its own all
# the same, which the tsan preset checks.
if(PENCHANT_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A fixture that a test file has to itself is seen from the file that includes it.
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)
  else()
    add_compile_options(-Wno-shadow)  # a file's own names are no others' (GCC does not take them for it)
  endif()
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
