// JSON from outside: Document owns a parsed text, Value is a cheap view of one place in it.
// Numbers keep their exact text; nothing here ever becomes a double.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace lode::json {

struct Store;
class Elements;
class Members;

enum class Kind : std::uint8_t { missing, null, boolean, number, string, array, object };

// A view that stays valid as long as its Document (moving the Document keeps it valid). Asking the
// wrong kind gives an empty answer, so a path of lookups is checked once, at its end.
class Value {
  public:
    Value() = default;

    [[nodiscard]] Kind kind() const;
    [[nodiscard]] bool missing() const { return store_ == nullptr; }
    [[nodiscard]] bool is_null() const { return kind() == Kind::null; }
    [[nodiscard]] bool is_number() const { return kind() == Kind::number; }
    [[nodiscard]] bool is_string() const { return kind() == Kind::string; }
    [[nodiscard]] bool is_array() const { return kind() == Kind::array; }
    [[nodiscard]] bool is_object() const { return kind() == Kind::object; }

    // Valid UTF-8; may hold NUL characters.
    [[nodiscard]] std::optional<std::string_view> string() const;
    [[nodiscard]] std::optional<bool> boolean() const;
    // Numbers written without fraction or exponent, within the type's range.
    [[nodiscard]] std::optional<std::int64_t> int64() const;
    [[nodiscard]] std::optional<std::uint64_t> uint64() const;
    // A number in plain decimal notation without needless zeros: 1.50e3 is "1500", 1e-3 is
    // "0.001". Empty when written out it would pass 400 digits.
    [[nodiscard]] std::optional<std::string> decimal_text() const;

    // Elements of an array or members of an object, else 0.
    [[nodiscard]] std::size_t size() const;
    // The element, or a missing value past the end or when this is no array.
    [[nodiscard]] Value operator[](std::size_t index) const;
    // The first member of that name, or a missing value.
    [[nodiscard]] Value member(std::string_view name) const;
    // For range-for; empty when this is no array or no object.
    [[nodiscard]] Elements elements() const;
    [[nodiscard]] Members members() const;

    // The value as compact JSON, numbers as they were written; a missing value is "null".
    [[nodiscard]] std::string text() const;

  private:
    friend class Document;
    friend class Elements;
    friend class Members;
    Value(const Store* store, std::uint32_t node) : store_(store), node_(node) {}
    [[nodiscard]] Value child(std::size_t index) const;

    const Store* store_ = nullptr;
    std::uint32_t node_ = 0;
};

struct Member {
    std::string_view name;
    Value value;
};

// `for (const Value transaction : template.elements())`
class Elements {
  public:
    class Iterator {
      public:
        Iterator(Value of, std::size_t at) : of_(of), at_(at) {}
        [[nodiscard]] Value operator*() const { return of_.child(at_); }
        Iterator& operator++() { return ++at_, *this; }
        friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

      private:
        Value of_;
        std::size_t at_;
    };
    explicit Elements(Value of) : of_(of), size_(of.is_array() ? of.size() : 0) {}
    [[nodiscard]] Iterator begin() const { return {of_, 0}; }
    [[nodiscard]] Iterator end() const { return {of_, size_}; }

  private:
    Value of_;
    std::size_t size_;
};

// `for (const auto& [name, value] : object.members())`, in the order of the text.
class Members {
  public:
    class Iterator {
      public:
        Iterator(Value of, std::size_t at) : of_(of), at_(at) {}
        [[nodiscard]] Member operator*() const {
            return {*of_.child(2 * at_).string(), of_.child(2 * at_ + 1)};
        }
        Iterator& operator++() { return ++at_, *this; }
        friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

      private:
        Value of_;
        std::size_t at_;
    };
    explicit Members(Value of) : of_(of), size_(of.is_object() ? of.size() : 0) {}
    [[nodiscard]] Iterator begin() const { return {of_, 0}; }
    [[nodiscard]] Iterator end() const { return {of_, size_}; }

  private:
    Value of_;
    std::size_t size_;
};

inline Elements Value::elements() const {
    return Elements(*this);
}
inline Members Value::members() const {
    return Members(*this);
}

struct Limits {
    // Arrays and objects within one another. The protocols spoken here nest less than 10 deep.
    std::size_t max_depth = 64;
    // A full block as hex with its JSON is about 10 MB. A hostile text of one-digit numbers takes
    // some 20 bytes of memory a byte while it is read.
    std::size_t max_bytes = 32 * 1024 * 1024;
};

class Document {
  public:
    // Strict JSON in UTF-8, one value, nothing after it. Errors are malformed and name the byte.
    [[nodiscard]] static Result<Document> parse(std::string_view text, Limits limits = {});

    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();

    [[nodiscard]] Value root() const { return {store_.get(), root_}; }

  private:
    Document(std::unique_ptr<const Store> store, std::uint32_t root);
    std::unique_ptr<const Store> store_;
    std::uint32_t root_ = 0;
};

}  // namespace lode::json
