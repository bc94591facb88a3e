// The types a setting can have, their ranges and their text. The templates here only connect a
// struct's member with the untyped form; all reading and printing is compiled once, in type.cpp.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "common/base/result.hpp"
#include "common/base/secret.hpp"
#include "common/config/document.hpp"

namespace lode::config {

// A size setting, written "16MiB" (units B, KiB, MiB, GiB, TiB).
struct ByteSize {
    std::uint64_t bytes = 0;
    friend bool operator==(const ByteSize&, const ByteSize&) = default;
};

// A limit of a setting in its own terms: a number, a time or a size.
struct Bound {
    template <std::integral Integer>
    constexpr Bound(Integer number) : value(static_cast<std::int64_t>(number)) {}
    template <class Rep, class Period>
    constexpr Bound(std::chrono::duration<Rep, Period> time)
        : value(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) {}
    constexpr Bound(ByteSize size) : value(static_cast<std::int64_t>(size.bytes)) {}

    std::int64_t value;  // times in ms, sizes in bytes
};

// What is told about a setting besides its key and member.
struct About {
    std::string_view help;  // one sentence
    // Of integers, times and sizes the range; of strings the length in bytes.
    std::optional<Bound> min{};
    std::optional<Bound> max{};
    std::string_view unit{};    // of a plain integer, such as "bytes"
    bool required = false;      // there is no default
    std::string_view sample{};  // stands in the example file where there is no default
    bool shown = false;         // the example sets it although it is not required
    std::vector<std::string_view> choices{};  // the only strings allowed
    std::vector<std::string_view> schemes{};  // a URL scheme://host:port of these schemes
    // What is wrong with a string, or nothing. It must not repeat what may be secret.
    std::string (*problem)(const std::string& value) = nullptr;
};

// An enumeration is a setting when its namespace has `setting_names(E)`, which returns a range of
// pairs {name, enumerator}.
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) {
    setting_names(e);
};

enum class TypeKind : std::uint8_t {
    boolean,
    integer,
    string,
    secret,
    path,
    duration,
    size,
};

// Longest string of a setting where the setting does not say: a URL list or a path is far shorter.
constexpr std::int64_t max_string_bytes = 4096;

// An untyped value: durations in ms, sizes in bytes, enumerators and paths by name.
using Scalar = std::variant<bool, std::int64_t, std::string>;

struct Type {
    TypeKind kind = TypeKind::string;
    std::int64_t min = std::numeric_limits<std::int64_t>::min();
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    std::int64_t step_ms = 1;  // of a duration: its member's unit
    std::string unit;
    std::vector<std::string> choices;
    std::vector<std::string> schemes;
    std::string (*problem)(const std::string& value) = nullptr;
};

[[nodiscard]] Result<Scalar> read_scalar(const Type& type, const Place& place, const Node& node);

// As it would stand in the file. A secret shows as "***" when there is one.
[[nodiscard]] std::string toml_text(const Type& type, const Scalar& value);
// The same for a sample, which is given without quotes.
[[nodiscard]] std::string toml_text_of_sample(const Type& type, std::string_view sample);
// What is allowed, such as "1..65535 bytes", "main, test" or nothing.
[[nodiscard]] std::string allowed_text(const Type& type);

template <class T>
struct IsDuration : std::false_type {};
template <class Rep, class Period>
struct IsDuration<std::chrono::duration<Rep, Period>> : std::true_type {};

template <class T>
[[nodiscard]] Type type_of(const About& about) {
    Type type;
    if constexpr (std::same_as<T, bool>) {
        type.kind = TypeKind::boolean;
    } else if constexpr (std::integral<T>) {
        type.kind = TypeKind::integer;
        if (std::in_range<std::int64_t>(std::numeric_limits<T>::max())) {
            type.max = static_cast<std::int64_t>(std::numeric_limits<T>::max());
        }
        type.min = static_cast<std::int64_t>(std::numeric_limits<T>::min());
    } else if constexpr (IsDuration<T>::value) {
        type.kind = TypeKind::duration;
        type.min = 0;
        type.step_ms = std::max<std::int64_t>(
            1, std::chrono::duration_cast<std::chrono::milliseconds>(T(1)).count());
    } else if constexpr (std::same_as<T, ByteSize>) {
        type.kind = TypeKind::size;
        type.min = 0;
    } else {
        static_assert(NamedEnum<T> || std::same_as<T, Secret> || std::same_as<T, std::string> ||
                          std::same_as<T, std::filesystem::path>,
                      "no setting has this type");
        if constexpr (NamedEnum<T>) {
            for (const auto& [name, value] : setting_names(T{})) type.choices.emplace_back(name);
        }
        if constexpr (std::same_as<T, Secret>) type.kind = TypeKind::secret;
        if constexpr (std::same_as<T, std::filesystem::path>) type.kind = TypeKind::path;
        type.min = 0;
        type.max = max_string_bytes;
    }
    if (about.min) type.min = about.min->value;
    if (about.max) type.max = about.max->value;
    type.unit = about.unit;
    type.choices.insert(type.choices.end(), about.choices.begin(), about.choices.end());
    type.schemes.assign(about.schemes.begin(), about.schemes.end());
    type.problem = about.problem;
    return type;
}

// `value` has passed read_scalar with the type of T.
template <class T>
[[nodiscard]] T from_scalar(const Scalar& value) {
    if constexpr (std::same_as<T, bool>) {
        return std::get<bool>(value);
    } else if constexpr (std::integral<T>) {
        return static_cast<T>(std::get<std::int64_t>(value));
    } else if constexpr (IsDuration<T>::value) {
        return std::chrono::duration_cast<T>(
            std::chrono::milliseconds(std::get<std::int64_t>(value)));
    } else if constexpr (std::same_as<T, ByteSize>) {
        return {static_cast<std::uint64_t>(std::get<std::int64_t>(value))};
    } else if constexpr (NamedEnum<T>) {
        T found{};
        for (const auto& [name, enumerator] : setting_names(T{})) {
            if (name == std::get<std::string>(value)) found = enumerator;
        }
        return found;
    } else {
        return T(std::get<std::string>(value));
    }
}

template <class T>
[[nodiscard]] Scalar to_scalar(const T& value) {
    if constexpr (std::integral<T> && !std::same_as<T, bool>) {
        return static_cast<std::int64_t>(value);
    } else if constexpr (IsDuration<T>::value) {
        return std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(value).count()};
    } else if constexpr (std::same_as<T, ByteSize>) {
        return static_cast<std::int64_t>(value.bytes);
    } else if constexpr (NamedEnum<T>) {
        std::string found;
        for (const auto& [name, enumerator] : setting_names(T{})) {
            if (enumerator == value) found = name;
        }
        return found;
    } else if constexpr (std::same_as<T, Secret>) {
        return value.empty() ? std::string() : Secret::to_string();
    } else if constexpr (std::same_as<T, std::filesystem::path>) {
        return value.string();
    } else {
        return value;  // bool, std::string
    }
}

}  // namespace lode::config
