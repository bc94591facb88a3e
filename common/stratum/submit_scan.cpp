// One pass over the line, no memory of its own.
#include "common/stratum/submit_scan.hpp"

#include "common/stratum/fields.hpp"

namespace lode::stratum {

namespace {

// What may stand inside a string: printable ASCII that means itself.
constexpr auto plain = [] {
    std::array<bool, 256> table{};
    for (std::size_t c = 0x20; c <= 0x7e; ++c) table[c] = c != '"' && c != '\\';
    return table;
}();

class Scanner {
  public:
    explicit Scanner(std::string_view line) : rest_(line) {}

    // Takes the character, after any space.
    bool take(char wanted) {
        skip_space();
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool at_end() {
        skip_space();
        return rest_.empty();
    }

    // The inside of a string of printable ASCII without escapes.
    std::optional<std::string_view> string() {
        if (!take('"')) return std::nullopt;
        std::size_t size = 0;
        while (size < rest_.size() && plain[static_cast<std::uint8_t>(rest_[size])]) ++size;
        if (size == rest_.size() || rest_[size] != '"') return std::nullopt;
        const std::string_view inside = rest_.substr(0, size);
        rest_.remove_prefix(size + 1);
        return inside;
    }

    // null, a plain string with its quotes, or a whole number as JSON writes it.
    std::optional<std::string_view> id() {
        skip_space();
        const std::string_view before = rest_;
        if (rest_.starts_with('"')) {
            const auto inside = string();
            if (!inside) return std::nullopt;
            return before.substr(0, inside->size() + 2);
        }
        if (rest_.starts_with("null")) {
            rest_.remove_prefix(4);
            return before.substr(0, 4);
        }
        std::size_t size = 0;
        while (size < rest_.size() && rest_[size] >= '0' && rest_[size] <= '9') ++size;
        if (size == 0 || (size > 1 && before.front() == '0')) return std::nullopt;
        rest_.remove_prefix(size);
        return before.substr(0, size);
    }

  private:
    void skip_space() {
        if (!rest_.empty() && rest_.front() > ' ') return;
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t' ||
                                  rest_.front() == '\r' || rest_.front() == '\n')) {
            rest_.remove_prefix(1);
        }
    }

    std::string_view rest_;
};

// ["…", …] of 5 or 6 strings.
bool read_parameters(Scanner& scanner, SubmitScan& scan) {
    if (!scanner.take('[')) return false;
    do {
        const auto parameter = scanner.string();
        if (!parameter || scan.count == scan.parameters.size()) return false;
        scan.parameters[scan.count++] = *parameter;
    } while (scanner.take(','));
    return scan.count >= 5 && scanner.take(']');
}

}  // namespace

std::optional<SubmitScan> scan_submit(std::string_view line) {
    if (line.size() > request_size_max) return std::nullopt;
    Scanner scanner(line);
    SubmitScan scan;
    bool method = false;
    if (!scanner.take('{')) return std::nullopt;
    // Three members, each once: a second of a name finds its place taken.
    for (int members = 0; members < 3; ++members) {
        if (members > 0 && !scanner.take(',')) return std::nullopt;
        const auto name = scanner.string();
        if (!name || !scanner.take(':')) return std::nullopt;
        if (*name == "params" && scan.count == 0) {
            if (!read_parameters(scanner, scan)) return std::nullopt;
        } else if (*name == "id" && scan.id.empty()) {
            const auto id = scanner.id();
            if (!id) return std::nullopt;
            scan.id = *id;
        } else if (*name == "method" && !method) {
            const auto text = scanner.string();
            method = text && *text == "mining.submit";
            if (!method) return std::nullopt;
        } else {
            return std::nullopt;
        }
    }
    if (!scanner.take('}') || !scanner.at_end()) return std::nullopt;
    return scan;
}

}  // namespace lode::stratum
