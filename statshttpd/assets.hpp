// The dashboard's files, which the program carries with it: nothing is read from a disk, so no path
// leads anywhere but to one of them.
#pragma once

#include <span>
#include <string_view>

namespace lode::statshttpd {

struct Asset {
    std::string_view name;  // within the folder: "index.html", "pages/miner.js"
    std::string_view body;
};

// Those of statshttpd/dashboard as they were when the program was built.
[[nodiscard]] std::span<const Asset> dashboard_assets();

// By the name's end: "text/css; charset=utf-8"; of an unknown one "application/octet-stream".
[[nodiscard]] std::string_view content_type_of(std::string_view name);

}  // namespace lode::statshttpd
