# Builds for another machine, against that machine's Debian packages unpacked by tools/cross.sh. Linked statically, so
# that qemu-user needs nothing but the program.
set(PENCHANT_MACHINE "" CACHE STRING "s390x or aarch64")
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PENCHANT_MACHINE)
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${PENCHANT_MACHINE})
set(CMAKE_LIBRARY_ARCHITECTURE ${PENCHANT_MACHINE}-linux-gnu)
set(CMAKE_C_COMPILER ${PENCHANT_MACHINE}-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER ${PENCHANT_MACHINE}-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${PENCHANT_MACHINE}-static)

set(CMAKE_FIND_ROOT_PATH ${CMAKE_CURRENT_LIST_DIR}/../build/cross/${PENCHANT_MACHINE}-root)
# Headers that differ by machine, which Debian keeps apart.
set(CMAKE_CXX_STANDARD_INCLUDE_DIRECTORIES ${CMAKE_FIND_ROOT_PATH}/usr/include/${CMAKE_LIBRARY_ARCHITECTURE})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(Boost_USE_STATIC_LIBS ON)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
# A static ICU takes its tables from a library of their own.
set(CMAKE_CXX_STANDARD_LIBRARIES_INIT ${CMAKE_FIND_ROOT_PATH}/usr/lib/${PENCHANT_MACHINE}-linux-gnu/libicudata.a)
