# Files of a folder as a C++ source, so that a program carries them with it:
#   cmake -D FOLDER=… -D OUTPUT=… -P lode_embed.cmake
# The source defines lode::statshttpd::dashboard_assets().
cmake_minimum_required(VERSION 3.25)
file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT files)
set(arrays "")
set(rows "")
set(number 0)
foreach(file IN LISTS files)
    file(READ ${FOLDER}/${file} content HEX)
    string(REGEX REPLACE "(..)" "0x\\1," content "${content}")
    string(REPEAT "." 80 line)
    string(REGEX REPLACE "(${line})" "\\1\n" content "${content}")
    # A byte more than the file, because an array of none is not allowed.
    string(APPEND arrays "const unsigned char file_${number}[] = {${content}0};\n")
    string(APPEND rows "    {\"${file}\", {reinterpret_cast<const char*>(file_${number}), "
           "sizeof file_${number} - 1}},\n")
    math(EXPR number "${number} + 1")
endforeach()
if(number EQUAL 0)
    message(FATAL_ERROR "${FOLDER} has no files")
endif()
file(WRITE ${OUTPUT} "// Made by cmake/lode_embed.cmake.
#include \"statshttpd/assets.hpp\"

namespace lode::statshttpd {
namespace {

${arrays}
const Asset assets[] = {
${rows}};

}  // namespace

std::span<const Asset> dashboard_assets() {
    return assets;
}

}  // namespace lode::statshttpd
")
