// The parsed form: RapidJSON reads the text in place and its events fill one flat table of nodes.
//
//   nodes     {kind, size, first}: a string or number is `size` bytes of text from `first`; an
//             array has `size` children, an object `size` pairs of name and value, whose node
//             numbers stand in `children` from `first`
#include "common/json/document.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

#include "common/base/assert.hpp"
#include "common/json/utf8.hpp"
#include "common/json/writer.hpp"

#define RAPIDJSON_ASSERT(condition) LODE_ASSERT(condition)
#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

namespace lode::json {

struct Node {
    Kind kind;
    std::uint32_t size;
    std::uint32_t first;
};

struct Store {
    std::string text;
    std::vector<Node> nodes;
    std::vector<std::uint32_t> children;

    [[nodiscard]] std::string_view text_of(const Node& node) const {
        return std::string_view(text).substr(node.first, node.size);
    }
};

namespace {

// Bytes after the text that the vectorised reader may touch: one 16-byte load past the NUL.
constexpr std::size_t reader_overrun = 32;

// A Stratum line has a dozen values: no table grows while one is read.
constexpr std::size_t usual_nodes = 24;

// Receives the reader's events. `pending_` holds the finished nodes that wait for the end of the
// array or object around them.
class Builder {
  public:
    Builder(Store& store, std::size_t max_depth) : store_(store), max_depth_(max_depth) {
        pending_.reserve(usual_nodes);
    }

    bool Null() { return add({Kind::null, 0, 0}); }
    bool Bool(bool flag) { return add({Kind::boolean, flag ? 1U : 0U, 0}); }
    bool RawNumber(const char* at, unsigned size, bool) { return add_text(Kind::number, at, size); }
    // Checked once decoded, because the reader lets the escape of half a character (\udc00) pass.
    bool String(const char* at, unsigned size, bool) {
        utf8_ = valid_utf8({at, size});
        return utf8_ && add_text(Kind::string, at, size);
    }
    bool Key(const char* at, unsigned size, bool copy) { return String(at, size, copy); }
    bool StartObject() { return enter(); }
    bool StartArray() { return enter(); }
    bool EndObject(unsigned members) {
        return leave(Kind::object, members, std::size_t{2} * members);
    }
    bool EndArray(unsigned elements) { return leave(Kind::array, elements, elements); }
    // Numbers arrive as text only; the reader's interface names these nevertheless.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

    [[nodiscard]] bool utf8() const { return utf8_; }
    [[nodiscard]] bool too_deep() const { return depth_ > max_depth_; }
    [[nodiscard]] std::uint32_t root() const {
        LODE_ASSERT(pending_.size() == 1);
        return pending_.front();
    }

  private:
    bool add(Node node) {
        pending_.push_back(static_cast<std::uint32_t>(store_.nodes.size()));
        store_.nodes.push_back(node);
        return true;
    }
    bool add_text(Kind kind, const char* at, unsigned size) {
        return add({kind, size, static_cast<std::uint32_t>(at - store_.text.data())});
    }
    bool enter() { return ++depth_ <= max_depth_; }
    bool leave(Kind kind, unsigned size, std::size_t count) {
        --depth_;
        const auto first = pending_.end() - static_cast<std::ptrdiff_t>(count);
        const Node node{kind, size, static_cast<std::uint32_t>(store_.children.size())};
        store_.children.insert(store_.children.end(), first, pending_.end());
        pending_.erase(first, pending_.end());
        return add(node);
    }

    Store& store_;
    std::size_t max_depth_;
    std::size_t depth_ = 0;
    bool utf8_ = true;
    std::vector<std::uint32_t> pending_;
};

constexpr unsigned parse_flags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseNumbersAsStringsFlag;

Result<std::uint32_t> fill(Store& store, std::size_t size, std::size_t max_depth) {
    Builder builder(store, max_depth);
    rapidjson::Reader reader;
    rapidjson::InsituStringStream stream(store.text.data());
    const rapidjson::ParseResult result = reader.Parse<parse_flags>(stream, builder);
    if (builder.too_deep()) {
        return failure(ErrorCode::malformed,
                       "JSON nests deeper than " + std::to_string(max_depth) + " levels");
    }
    if (!builder.utf8()) {
        return failure(ErrorCode::malformed, "JSON byte " + std::to_string(result.Offset()) +
                                                 ": the string before it is not UTF-8");
    }
    if (result.IsError()) {
        return failure(ErrorCode::malformed, "JSON byte " + std::to_string(result.Offset()) + ": " +
                                                 rapidjson::GetParseError_En(result.Code()));
    }
    // The reader takes a NUL for the end of the text.
    if (stream.Tell() != size) {
        return failure(ErrorCode::malformed,
                       "JSON byte " + std::to_string(stream.Tell()) + ": a NUL character");
    }
    return builder.root();
}

template <class Integer>
std::optional<Integer> integer(std::string_view text) {
    Integer number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// A number of more digits has no meaning in any protocol spoken here (2^256 has 78).
constexpr std::int64_t max_decimal_digits = 400;

// `digits` is the number without its point, which stands before digits[point].
std::string plain_decimal(std::string digits, std::int64_t point) {
    if (point <= 0) {
        digits.insert(0, static_cast<std::size_t>(1 - point), '0');
        point = 1;
    }
    const auto whole = static_cast<std::size_t>(point);
    if (whole > digits.size()) digits.append(whole - digits.size(), '0');
    std::string fraction = digits.substr(whole);
    digits.resize(whole);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return fraction.empty() ? digits : digits + '.' + fraction;
}

std::optional<std::string> decimal(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    std::int64_t exponent = 0;
    if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
        std::string_view power = text.substr(e + 1);
        if (power.starts_with('+')) power.remove_prefix(1);
        const auto parsed = integer<std::int64_t>(power);
        if (!parsed || *parsed > max_decimal_digits || *parsed < -max_decimal_digits) {
            return std::nullopt;
        }
        exponent = *parsed;
        text = text.substr(0, e);
    }
    const std::size_t dot = std::min(text.find('.'), text.size());
    std::string digits(text.substr(0, dot));
    if (dot < text.size()) digits += text.substr(dot + 1);
    const std::int64_t point = static_cast<std::int64_t>(dot) + exponent;
    const auto size = static_cast<std::int64_t>(digits.size());
    if (std::max(point, size) - std::min<std::int64_t>(point, 0) > max_decimal_digits) {
        return std::nullopt;
    }
    const std::string plain = plain_decimal(std::move(digits), point);
    return negative && plain != "0" ? '-' + plain : plain;
}

// Recursion is bounded by the depth limit of parse.
void write(Writer& writer, const Value& value) {
    switch (value.kind()) {
        case Kind::missing:
        case Kind::null:
            writer.value(nullptr);
            return;
        case Kind::boolean:
            writer.value(*value.boolean());
            return;
        case Kind::number:
            writer.raw(value.text());
            return;
        case Kind::string:
            writer.value(*value.string());
            return;
        case Kind::array:
            writer.array();
            for (const Value element : value.elements()) write(writer, element);
            writer.end();
            return;
        case Kind::object:
            writer.object();
            for (const auto& [name, inner] : value.members()) write(writer.key(name), inner);
            writer.end();
            return;
    }
}

}  // namespace

Result<Document> Document::parse(std::string_view text, Limits limits) {
    LODE_ASSERT(limits.max_bytes < std::numeric_limits<std::uint32_t>::max() - reader_overrun);
    if (text.size() > limits.max_bytes) {
        return failure(ErrorCode::malformed, "JSON of " + std::to_string(text.size()) +
                                                 " bytes passes the limit of " +
                                                 std::to_string(limits.max_bytes));
    }
    auto store = std::make_unique<Store>();
    store->nodes.reserve(usual_nodes);
    store->text.reserve(text.size() + reader_overrun);
    store->text.append(text).append(reader_overrun, '\0');
    LODE_TRY(const std::uint32_t root, fill(*store, text.size(), limits.max_depth));
    return Document(std::move(store), root);
}

Document::Document(std::unique_ptr<const Store> store, std::uint32_t root)
    : store_(std::move(store)), root_(root) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Kind Value::kind() const {
    return missing() ? Kind::missing : store_->nodes[node_].kind;
}

std::optional<std::string_view> Value::string() const {
    if (!is_string()) return std::nullopt;
    return store_->text_of(store_->nodes[node_]);
}

std::optional<bool> Value::boolean() const {
    if (kind() != Kind::boolean) return std::nullopt;
    return store_->nodes[node_].size != 0;
}

std::optional<std::int64_t> Value::int64() const {
    if (!is_number()) return std::nullopt;
    return integer<std::int64_t>(store_->text_of(store_->nodes[node_]));
}

std::optional<std::uint64_t> Value::uint64() const {
    if (!is_number()) return std::nullopt;
    return integer<std::uint64_t>(store_->text_of(store_->nodes[node_]));
}

std::optional<std::string> Value::decimal_text() const {
    if (!is_number()) return std::nullopt;
    return decimal(store_->text_of(store_->nodes[node_]));
}

std::size_t Value::size() const {
    return is_array() || is_object() ? store_->nodes[node_].size : 0;
}

Value Value::child(std::size_t index) const {
    return {store_, store_->children[store_->nodes[node_].first + index]};
}

Value Value::operator[](std::size_t index) const {
    return is_array() && index < size() ? child(index) : Value();
}

Value Value::member(std::string_view name) const {
    for (const auto& [its_name, value] : members()) {
        if (its_name == name) return value;
    }
    return {};
}

std::string Value::text() const {
    if (is_number()) return std::string(store_->text_of(store_->nodes[node_]));
    Writer writer;
    write(writer, *this);
    return writer.take();
}

}  // namespace lode::json
