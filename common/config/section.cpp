// Strict reading of sections: every key must be known, every value right.
#include "common/config/section.hpp"

#include <algorithm>
#include <iterator>

#include "common/base/assert.hpp"
#include "common/config/nearest.hpp"

namespace lode::config {

namespace {

// Values in one list setting; peers and addresses are a few.
constexpr std::size_t max_list_values = 256;

// A table being read: its section, where it stands, and its node unless it is absent.
struct Table {
    const SectionBase* section;
    Place place;
    const Node* node;

    [[nodiscard]] const Entry* find(std::string_view key) const {
        return node == nullptr ? nullptr : node->find(key);
    }
    [[nodiscard]] Place at(const std::string& key, const Entry* entry) const {
        return place.at(key, entry == nullptr ? place.line : entry->line);
    }
};

Result<void> read_table(const Table& table, void* object);

std::vector<std::string_view> known_keys(const SectionBase& section) {
    std::vector<std::string_view> keys;
    for (const Setting& setting : section.settings()) keys.emplace_back(setting.key);
    for (const Nested& nested : section.nested()) keys.emplace_back(nested.key);
    return keys;
}

bool knows(const SectionBase& section, std::string_view key) {
    return std::ranges::count(known_keys(section), key) > 0;
}

Result<void> refuse_unknown(const Table& table, const std::vector<std::string_view>& known) {
    for (const Entry& entry : table.node->entries) {
        if (std::ranges::find(known, entry.key) != known.end()) continue;
        const bool tables = entry.node.kind == Node::Kind::table;
        return table.at(entry.key, &entry)
            .error((tables ? "unknown section" : "unknown setting") + suggestion(entry.key, known));
    }
    return success();
}

Result<void> read_setting(const Table& table, const Setting& setting, void* object) {
    const Entry* entry = table.find(setting.key);
    const Place place = table.at(setting.key, entry);
    if (entry == nullptr) {
        if (setting.required) return place.error("is required");
        return success();
    }
    std::vector<Scalar> values;
    if (setting.form != Setting::Form::list) {
        LODE_TRY(Scalar value, read_scalar(setting.type, place, entry->node));
        values.push_back(std::move(value));
    } else if (entry->node.kind != Node::Kind::array) {
        return place.error("must be a list");
    } else if (entry->node.items.size() > max_list_values) {
        return place.error("has more than " + std::to_string(max_list_values) + " values");
    }
    for (const Node& item : entry->node.items) {
        const Place item_place{place.document, item.line, place.key};
        LODE_TRY(Scalar value, read_scalar(setting.type, item_place, item));
        values.push_back(std::move(value));
    }
    setting.assign(object, values);
    return success();
}

Result<void> read_list(const Table& table, const Nested& nested, void* object) {
    const Entry* entry = table.find(nested.key);
    const Place place = table.at(nested.key, entry);
    const std::string header = "[[" + place.key + "]]";
    if (entry == nullptr) {
        if (nested.size(object) >= nested.count.min) return success();
        return place.error("at least " + std::to_string(nested.count.min) + ' ' + header +
                           " is required");
    }
    if (entry->node.kind != Node::Kind::array) return place.error("must be tables " + header);
    const std::vector<Node>& items = entry->node.items;
    if (items.size() < nested.count.min) {
        return place.error("at least " + std::to_string(nested.count.min) + ' ' + header +
                           " is required");
    }
    if (items.size() > nested.count.max) {
        return Place{place.document, items[nested.count.max].line, place.key}.error(
            "at most " + std::to_string(nested.count.max) + ' ' + header + " is supported");
    }
    nested.clear(object);
    for (const Node& item : items) {
        const Place item_place{place.document, item.line, place.key};
        LODE_TRY_VOID(read_table({nested.section.get(), item_place, &item}, nested.next(object)));
    }
    return success();
}

Result<void> read_nested(const Table& table, const Nested& nested, void* object) {
    if (nested.many) return read_list(table, nested, object);
    const Entry* entry = table.find(nested.key);
    const Place place = table.at(nested.key, entry);
    const Node* node = entry == nullptr ? nullptr : &entry->node;
    return read_table({nested.section.get(), place, node}, nested.next(object));
}

Result<void> read_members(const Table& table, void* object) {
    for (const Setting& setting : table.section->settings()) {
        LODE_TRY_VOID(read_setting(table, setting, object));
    }
    for (const Nested& nested : table.section->nested()) {
        LODE_TRY_VOID(read_nested(table, nested, object));
    }
    for (const SectionBase::Check& check : table.section->checks()) {
        const std::string problem = check(object);
        if (!problem.empty()) return table.place.error(problem);
    }
    return success();
}

std::vector<std::string_view> known_at_top(const Sections& sections,
                                           const std::vector<std::string_view>& others) {
    std::vector<std::string_view> known;
    for (const SectionBase* section : sections) {
        if (section->name().empty()) {
            std::ranges::move(known_keys(*section), std::back_inserter(known));
        } else {
            known.emplace_back(section->name());
        }
    }
    // A service may name itself among the others.
    std::ranges::copy_if(others, std::back_inserter(known), [&](std::string_view name) {
        return std::ranges::find(known, name) == known.end();
    });
    return known;
}

// Recursion follows the sections' own nesting, which is two or three deep.
Result<void> read_table(const Table& table, void* object) {
    if (table.node != nullptr) {
        if (table.node->kind != Node::Kind::table) {
            return table.place.error("must be a table [" + table.place.key + ']');
        }
        LODE_TRY_VOID(refuse_unknown(table, known_keys(*table.section)));
    }
    return read_members(table, object);
}

}  // namespace

void SectionBase::add(Setting setting) {
    LODE_ASSERT(!setting.help.empty());
    LODE_ASSERT(!setting.required || setting.form != Setting::Form::optional);
    const bool has_default = !setting.required && setting.form != Setting::Form::optional;
    LODE_ASSERT(has_default || !setting.sample.empty());
    LODE_ASSERT(!knows(*this, setting.key));
    settings_.push_back(std::move(setting));
}

void SectionBase::add(Nested nested) {
    LODE_ASSERT(!nested.section->sentence().empty());
    LODE_ASSERT(!knows(*this, nested.key));
    nested_.push_back(std::move(nested));
}

Result<void> SectionBase::read_into(const Document& document, void* object) const {
    const Place top{&document, 0, ""};
    if (name_.empty()) return read_members({this, top, &document.root()}, object);
    const Entry* entry = document.root().find(name_);
    const Node* node = entry == nullptr ? nullptr : &entry->node;
    return read_table({this, top.at(name_, entry == nullptr ? 0 : entry->line), node}, object);
}

Result<void> check(const Document& document, const Sections& sections,
                   const std::vector<std::string_view>& others) {
    const std::vector<std::string_view> known = known_at_top(sections, others);
    const Place top{&document, 0, ""};
    LODE_TRY_VOID(refuse_unknown({nullptr, top, &document.root()}, known));
    for (const Entry& entry : document.root().entries) {
        const bool of_others = std::ranges::find(others, entry.key) != others.end();
        if (of_others && entry.node.kind != Node::Kind::table) {
            return top.at(entry.key, entry.line).error("must be a table [" + entry.key + ']');
        }
    }
    for (const SectionBase* section : sections) {
        const std::shared_ptr<void> object = section->defaults();
        LODE_TRY_VOID(section->read_into(document, object.get()));
    }
    return success();
}

}  // namespace lode::config
