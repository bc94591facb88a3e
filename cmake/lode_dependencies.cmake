# Third-party libraries, each as one imported target. What Debian 12 lacks is looked for in the
# prefix that deploy/install-dependencies fills.
if(DEFINED ENV{LODE_PREFIX})
    list(APPEND CMAKE_PREFIX_PATH $ENV{LODE_PREFIX})
elseif(DEFINED ENV{XDG_CACHE_HOME})
    list(APPEND CMAKE_PREFIX_PATH $ENV{XDG_CACHE_HOME}/lode/prefix)
else()
    list(APPEND CMAKE_PREFIX_PATH $ENV{HOME}/.cache/lode/prefix)
endif()

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(zstd REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(zmq REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(rdkafka REQUIRED IMPORTED_TARGET rdkafka)
pkg_check_modules(secp256k1 REQUIRED IMPORTED_TARGET libsecp256k1)

# SOCI's Debian package has no CMake or pkg-config file.
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
find_library(SOCI_CORE_LIBRARY soci_core REQUIRED)
find_library(SOCI_SQLITE3_LIBRARY soci_sqlite3 REQUIRED)
find_library(SOCI_MYSQL_LIBRARY soci_mysql REQUIRED)
pkg_check_modules(mariadb REQUIRED IMPORTED_TARGET libmariadb)
add_library(soci INTERFACE IMPORTED)
target_include_directories(soci SYSTEM INTERFACE ${SOCI_INCLUDE_DIR})
target_link_libraries(soci INTERFACE
    ${SOCI_SQLITE3_LIBRARY} ${SOCI_MYSQL_LIBRARY} ${SOCI_CORE_LIBRARY}
    SQLite::SQLite3 PkgConfig::mariadb)

find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/document.h REQUIRED)

if(LODE_TESTS)
    find_package(Catch2 3 REQUIRED)
endif()
