# Three functions make every target of the project, so that all are built the same way.

# The standard headers that nearly every file needs, compiled once.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch.cpp CONTENT "// Carries the precompiled header.\n")
add_library(lode_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
target_precompile_headers(lode_pch PRIVATE
    <algorithm> <array> <chrono> <cstdint> <cstring> <functional> <map> <memory> <mutex> <optional>
    <span> <string> <string_view> <unordered_map> <utility> <variant> <vector>
    <boost/outcome/basic_result.hpp> <boost/outcome/try.hpp>)

# lode_library(NAME SOURCES … [PUBLIC …] [PRIVATE …]): the static library lode_NAME. PUBLIC lists
# what its headers need, PRIVATE what only its sources need.
function(lode_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
    add_library(lode_${name} STATIC ${arg_SOURCES})
    target_include_directories(lode_${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(lode_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} lode_warnings)
    target_precompile_headers(lode_${name} REUSE_FROM lode_pch)
endfunction()

# lode_program(NAME SOURCES … LIBRARIES …): the executable bin/NAME.
function(lode_program name)
    cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} lode_warnings)
    target_precompile_headers(${name} REUSE_FROM lode_pch)
endfunction()

# lode_test(NAME SOURCES … LIBRARIES … [LABEL unit]): one Catch2 program, one CTest entry, run in
# random order. Tests find their data by paths relative to the source folder.
function(lode_test name)
    cmake_parse_arguments(arg "" "LABEL" "SOURCES;LIBRARIES" ${ARGN})
    if(NOT arg_LABEL)
        set(arg_LABEL unit)
    endif()
    add_executable(${name}_test ${arg_SOURCES})
    target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name}_test PRIVATE
        ${arg_LIBRARIES} lode_warnings Catch2::Catch2WithMain)
    target_precompile_headers(${name}_test REUSE_FROM lode_pch)
    add_test(NAME ${name} COMMAND ${name}_test --order rand WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 300)
endfunction()

# lode_mysql_test(NAME): the same program as lode_test(NAME) again, on the MariaDB server of
# LODE_TEST_DATABASE: the cases of both engines and those of that one alone.
function(lode_mysql_test name)
    add_test(NAME ${name}_mysql COMMAND ${name}_test "[database],[mysql]" --order rand
        WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name}_mysql PROPERTIES
        LABELS services TIMEOUT 300 ENVIRONMENT LODE_TEST_ENGINE=mysql)
endfunction()
