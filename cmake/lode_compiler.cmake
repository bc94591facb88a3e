# How every file is compiled: the language, the warnings, the sanitizers and the compiler cache.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(THREADS_PREFER_PTHREAD_FLAG ON)

if(LODE_SANITIZE)
    add_compile_options(
        -fsanitize=${LODE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${LODE_SANITIZE})
    if(LODE_SANITIZE MATCHES thread)
        # ThreadSanitizer knows no bare fences; Asio's locks order everything without them.
        add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
    endif()
endif()

# Identical sources give identical objects in any folder, which also lets clones share the cache.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

find_program(LODE_CCACHE ccache)
if(LODE_CCACHE)
    add_compile_options(-fpch-preprocess)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        ${LODE_CCACHE})
endif()

# Warnings hold for our own targets only; generated code is compiled without them.
add_library(lode_warnings INTERFACE)
target_compile_options(lode_warnings INTERFACE
    -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
    -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Werror
    # Options structs are made with designated initialisers; what is left out has its default.
    -Wno-missing-field-initializers)
# Optimising GCC 12 and 13 report moves and short copies of std::string inside variants as out of
# bounds (GCC bugs 105329, 105651); the sanitizers watch for real ones.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(lode_warnings INTERFACE
        -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread
        -Wno-maybe-uninitialized)
endif()
