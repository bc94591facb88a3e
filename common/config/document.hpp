// A loaded lode.toml: its values as a plain tree in which everything knows its line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace lode::config {

struct Entry;

struct Node {
    enum class Kind : std::uint8_t { boolean, integer, string, array, table, other };

    Kind kind = Kind::other;  // other: a float or a date, which no setting uses
    int line = 0;             // 0: nowhere in the file
    bool boolean = false;
    std::int64_t integer = 0;
    std::string string;          // as written, before ${…} is expanded
    std::vector<Node> items;     // of an array
    std::vector<Entry> entries;  // of a table, in the order of the file

    [[nodiscard]] const Entry* find(std::string_view key) const;
};

struct Entry {
    std::string key;
    int line = 0;
    Node node;
};

// Looks up an environment variable.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] std::optional<std::string> process_environment(const std::string& name);

class Document {
  public:
    [[nodiscard]] static Result<Document> load(const std::filesystem::path& path);
    // `path` is for messages and the base of relative file references.
    [[nodiscard]] static Result<Document> parse(std::string_view text, std::filesystem::path path,
                                                Environment environment = process_environment);

    [[nodiscard]] const Node& root() const { return root_; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] const Environment& environment() const { return environment_; }

  private:
    Document(Node root, std::filesystem::path path, Environment environment);

    Node root_;
    std::filesystem::path path_;
    Environment environment_;
};

// Where in which document something stands, for reading it and for complaining about it.
struct Place {
    const Document* document;
    int line;         // 0: nowhere, the thing is absent
    std::string key;  // dotted, such as "sserver.listener.port"

    [[nodiscard]] Place at(std::string_view inner_key, int its_line) const;
    // "lode.toml:12: sserver.listener.port: <problem>"
    [[nodiscard]] Error error(std::string_view problem) const;
};

}  // namespace lode::config
