// Reading TOML; the only file that knows the library that does it.
#include "common/config/document.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <cstdlib>

#include "common/base/file.hpp"

namespace lode::config {

namespace {

// Depth is bounded by the TOML parser, which refuses more than 256 levels.
Node converted(const toml::node& from) {
    Node node;
    node.line = static_cast<int>(from.source().begin.line);
    if (const auto* boolean = from.as_boolean()) {
        node.kind = Node::Kind::boolean;
        node.boolean = boolean->get();
    } else if (const auto* integer = from.as_integer()) {
        node.kind = Node::Kind::integer;
        node.integer = integer->get();
    } else if (const auto* string = from.as_string()) {
        node.kind = Node::Kind::string;
        node.string = string->get();
    } else if (const auto* array = from.as_array()) {
        node.kind = Node::Kind::array;
        for (const toml::node& item : *array) node.items.push_back(converted(item));
    } else if (const auto* table = from.as_table()) {
        node.kind = Node::Kind::table;
        for (const auto& [key, value] : *table) {
            const auto line = static_cast<int>(key.source().begin.line);
            node.entries.push_back({std::string(key.str()), line, converted(value)});
        }
        std::ranges::stable_sort(node.entries, {}, &Entry::line);
    }
    return node;
}

// A pool with hundreds of listeners stays far below.
constexpr std::size_t max_file_bytes = 1024 * 1024;
// Dotted keys nest tables, and the TOML parser recurses into them; a list of addresses has a few
// dozen dots.
constexpr std::ptrdiff_t max_dots_a_line = 256;

std::string unreadable(std::string_view text) {
    if (text.size() > max_file_bytes) return "the file is larger than 1 MiB";
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (std::ranges::count(text.substr(at, end - at), '.') > max_dots_a_line) {
            return "a line has more than 256 dots";
        }
        at = end + 1;
    }
    return "";
}

// Quoted keys may hold anything.
std::string one_line(std::string text) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    std::ranges::replace_if(text, control, ' ');
    return text;
}

}  // namespace

const Entry* Node::find(std::string_view key) const {
    const auto found = std::ranges::find(entries, key, &Entry::key);
    return found == entries.end() ? nullptr : &*found;
}

std::optional<std::string> process_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Document::Document(Node root, std::filesystem::path path, Environment environment)
    : root_(std::move(root)), path_(std::move(path)), environment_(std::move(environment)) {}

Result<Document> Document::load(const std::filesystem::path& path) {
    LODE_TRY(const std::string text, read_file(path));
    return parse(text, path);
}

Result<Document> Document::parse(std::string_view text, std::filesystem::path path,
                                 Environment environment) {
    if (const std::string problem = unreadable(text); !problem.empty()) {
        return failure(ErrorCode::malformed, path.string() + ": " + problem);
    }
    try {
        Node root = converted(toml::parse(text));
        return Document(std::move(root), std::move(path), std::move(environment));
    } catch (const toml::parse_error& error) {
        return failure(ErrorCode::malformed, path.string() + ':' +
                                                 std::to_string(error.source().begin.line) + ": " +
                                                 one_line(std::string(error.description())));
    }
}

Place Place::at(std::string_view inner_key, int its_line) const {
    const std::string dot = key.empty() ? "" : ".";
    return {document, its_line, key + dot + std::string(inner_key)};
}

Error Place::error(std::string_view problem) const {
    std::string text = document->path().string();
    if (line > 0) text += ':' + std::to_string(line);
    if (!key.empty()) text += ": " + key;
    return {ErrorCode::malformed, one_line(text + ": " + std::string(problem))};
}

}  // namespace lode::config
