// Environment and file references in strings.
#include "common/config/expand.hpp"

#include <algorithm>

#include "common/base/file.hpp"

namespace lode::config {

namespace {

constexpr std::string_view file_scheme = "file:";

bool variable_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
}

}  // namespace

Result<std::string> expand(const Place& place, const std::string& text) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t open = std::min(text.find("${", at), text.size());
        out.append(text, at, open - at);
        if (open == text.size()) break;
        if (open > at && text[open - 1] == '$') {
            out += '{';
            at = open + 2;
            continue;
        }
        const std::size_t close = text.find('}', open);
        const std::string name =
            close == std::string::npos ? "" : text.substr(open + 2, close - open - 2);
        if (!variable_name(name)) {
            return place.error(R"("${" must begin a ${NAME}; write "$${" for the characters)");
        }
        const auto value = place.document->environment()(name);
        if (!value) return place.error("the environment variable " + name + " is not set");
        out += *value;
        at = close + 1;
    }
    return out;
}

Result<std::string> expand_secret(const Place& place, const std::string& text) {
    LODE_TRY(std::string expanded, expand(place, text));
    if (!expanded.starts_with(file_scheme)) return expanded;
    const std::filesystem::path folder = place.document->path().parent_path();
    const std::filesystem::path path = folder / expanded.substr(file_scheme.size());
    auto content = read_file(path);
    if (!content) return place.error(content.error().context);
    std::string secret = std::move(content).value();
    if (secret.ends_with('\n')) secret.pop_back();
    if (secret.ends_with('\r')) secret.pop_back();
    if (secret.empty()) return place.error("the file " + path.string() + " is empty");
    return secret;
}

std::string unexpanded(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.compare(at, 2, "${") == 0) out += '$';
        out += text[at];
    }
    return out;
}

}  // namespace lode::config
