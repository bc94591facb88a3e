// Reading and printing of the values of settings.
#include "common/config/type.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/config/expand.hpp"
#include "common/config/url.hpp"
#include "common/json/writer.hpp"

namespace lode::config {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t factor;
};

constexpr std::array<Unit, 5> duration_units = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::array<Unit, 5> size_units = {
    {{"TiB", 1LL << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};

std::string_view kind_text(Node::Kind kind) {
    switch (kind) {
        case Node::Kind::boolean:
            return "true or false";
        case Node::Kind::integer:
            return "an integer";
        case Node::Kind::string:
            return "a string";
        case Node::Kind::array:
            return "a list";
        case Node::Kind::table:
            return "a table";
        case Node::Kind::other:
            return "a fraction or a date";
    }
    return "unknown";
}

std::string_view wanted_text(TypeKind kind) {
    switch (kind) {
        case TypeKind::boolean:
            return "true or false";
        case TypeKind::integer:
            return "an integer";
        case TypeKind::duration:
            return "a time such as \"250ms\", \"10s\", \"5m\", \"2h\" or \"1d\"";
        case TypeKind::size:
            return "a size such as \"512B\", \"64KiB\" or \"16MiB\"";
        case TypeKind::string:
        case TypeKind::secret:
        case TypeKind::path:
            return "a string";
    }
    return "unknown";
}

Node::Kind node_kind(TypeKind kind) {
    switch (kind) {
        case TypeKind::boolean:
            return Node::Kind::boolean;
        case TypeKind::integer:
            return Node::Kind::integer;
        default:
            return Node::Kind::string;
    }
}

std::string wrong_type(const Type& type, const Node& node) {
    return "must be " + std::string(wanted_text(type.kind)) + ", not " +
           std::string(kind_text(node.kind));
}

// "10s" with the units of times is 10000. Nothing on overflow or any other text.
std::optional<std::int64_t> with_unit(std::string_view text, const std::array<Unit, 5>& units) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return std::nullopt;
    const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
    const auto unit = std::ranges::find(units, name, &Unit::name);
    if (unit == units.end()) return std::nullopt;
    std::int64_t product = 0;
    if (__builtin_mul_overflow(number, unit->factor, &product)) return std::nullopt;
    return product;
}

// The number in the largest unit that leaves it whole.
std::string in_units(std::int64_t number, const std::array<Unit, 5>& units) {
    const auto unit = number == 0 ? units.end() - (units.back().name == "ms" ? 2 : 1)
                                  : std::ranges::find_if(units, [number](const Unit& candidate) {
                                        return number % candidate.factor == 0;
                                    });
    return std::to_string(number / unit->factor) + std::string(unit->name);
}

std::string number_text(const Type& type, std::int64_t number) {
    switch (type.kind) {
        case TypeKind::duration:
            return in_units(number, duration_units);
        case TypeKind::size:
            return in_units(number, size_units);
        default:
            return std::to_string(number);
    }
}

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
    return out;
}

std::string range_text(const Type& type) {
    const bool low = type.min != std::numeric_limits<std::int64_t>::min();
    const bool high = type.max != std::numeric_limits<std::int64_t>::max();
    const std::string unit = type.unit.empty() ? "" : ' ' + type.unit;
    if (low && high) {
        return number_text(type, type.min) + ".." + number_text(type, type.max) + unit;
    }
    if (low) return number_text(type, type.min) + " or more" + unit;
    return high ? "at most " + number_text(type, type.max) + unit : "";
}

Result<Scalar> in_range(const Type& type, const Place& place, std::int64_t number) {
    if (number < type.min || number > type.max) {
        return place.error(number_text(type, number) + " is out of range, allowed " +
                           range_text(type));
    }
    if (type.kind == TypeKind::duration && number % type.step_ms != 0) {
        return place.error(number_text(type, number) + " is no multiple of " +
                           number_text(type, type.step_ms));
    }
    return Scalar(number);
}

std::string url_problem(const Type& type, const std::string& text) {
    const auto url = parse_url(text);
    const std::string wanted = "must be a URL scheme://host:port, scheme: " + joined(type.schemes);
    if (!url) return wanted + " (" + url.error().context + ')';
    const bool known = std::ranges::find(type.schemes, url.value().scheme) != type.schemes.end();
    return known && url.value().port ? "" : wanted;
}

std::string string_problem(const Type& type, const std::string& text) {
    if (std::cmp_greater(text.size(), type.max)) {
        return "is " + std::to_string(text.size()) + " bytes long, at most " +
               std::to_string(type.max) + " are allowed";
    }
    if (std::cmp_less(text.size(), type.min)) {
        return text.empty() ? "must not be empty"
                            : "must be at least " + std::to_string(type.min) + " bytes long";
    }
    if (!type.choices.empty() && std::ranges::find(type.choices, text) == type.choices.end()) {
        return "must be one of " + joined(type.choices);
    }
    if (!type.schemes.empty()) return url_problem(type, text);
    return type.problem != nullptr ? type.problem(text) : "";
}

Result<Scalar> read_string(const Type& type, const Place& place, const Node& node) {
    const bool secret = type.kind == TypeKind::secret;
    LODE_TRY(std::string text,
             secret ? expand_secret(place, node.string) : expand(place, node.string));
    const std::string problem = string_problem(type, text);
    if (!problem.empty()) return place.error(problem);
    return Scalar(std::move(text));
}

Result<Scalar> read_with_unit(const Type& type, const Place& place, const Node& node) {
    LODE_TRY(const std::string text, expand(place, node.string));
    const auto& units = type.kind == TypeKind::duration ? duration_units : size_units;
    const auto number = with_unit(text, units);
    if (!number) return place.error("must be " + std::string(wanted_text(type.kind)));
    return in_range(type, place, *number);
}

std::string quoted_setting(const std::string& text) {
    return json::quoted(unexpanded(text));
}

}  // namespace

Result<Scalar> read_scalar(const Type& type, const Place& place, const Node& node) {
    if (node.kind != node_kind(type.kind)) return place.error(wrong_type(type, node));
    switch (type.kind) {
        case TypeKind::boolean:
            return Scalar(node.boolean);
        case TypeKind::integer:
            return in_range(type, place, node.integer);
        case TypeKind::duration:
        case TypeKind::size:
            return read_with_unit(type, place, node);
        case TypeKind::string:
        case TypeKind::secret:
        case TypeKind::path:
            return read_string(type, place, node);
    }
    return place.error("has a type that cannot be read");
}

std::string toml_text(const Type& type, const Scalar& value) {
    if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const std::string* text = std::get_if<std::string>(&value)) return quoted_setting(*text);
    const std::string number = number_text(type, std::get<std::int64_t>(value));
    return type.kind == TypeKind::integer ? number : '"' + number + '"';
}

std::string toml_text_of_sample(const Type& type, std::string_view sample) {
    const bool bare = type.kind == TypeKind::boolean || type.kind == TypeKind::integer;
    return bare ? std::string(sample) : json::quoted(sample);
}

std::string allowed_text(const Type& type) {
    if (!type.choices.empty()) return joined(type.choices);
    if (!type.schemes.empty()) return "scheme://host:port, scheme: " + joined(type.schemes);
    switch (type.kind) {
        case TypeKind::boolean:
            return "";
        case TypeKind::integer:
            return range_text(type);
        case TypeKind::duration:
        case TypeKind::size: {
            const bool any = type.min == 0 && type.max == std::numeric_limits<std::int64_t>::max();
            return any ? "" : range_text(type);
        }
        case TypeKind::string:
        case TypeKind::secret:
        case TypeKind::path:
            return type.max == max_string_bytes ? ""
                                                : "at most " + std::to_string(type.max) + " bytes";
    }
    return "";
}

}  // namespace lode::config
