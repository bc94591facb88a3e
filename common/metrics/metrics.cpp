// The registry and the Prometheus text format.
#include "common/metrics/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>

#include "common/base/assert.hpp"

namespace lode::metrics {

namespace {

bool valid_name(std::string_view name) {
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && lower(name.front()) && std::ranges::all_of(name, [&](char c) {
        return lower(c) || (c >= '0' && c <= '9') || c == '_';
    });
}

// Backslash and newline are escaped everywhere, quotes in label values only.
std::string escaped(std::string_view text, std::string_view also) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '\\' || also.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

// Whole numbers are written out, as people read them: 800000, not 8e+05.
std::string number_text(double number) {
    constexpr double exact_below = 9007199254740992;  // 2^53
    char digits[32];
    const bool whole = std::abs(number) < exact_below && number == std::trunc(number);
    const auto end =
        whole ? std::to_chars(digits, digits + sizeof digits, static_cast<std::int64_t>(number))
              : std::to_chars(digits, digits + sizeof digits, number);
    return {digits, end.ptr};
}

std::string join(const std::string& labels, const std::string& more) {
    return labels.empty() || more.empty() ? labels + more : labels + ',' + more;
}

std::string line(const std::string& name, const std::string& labels, const std::string& value) {
    return name + (labels.empty() ? "" : '{' + labels + '}') + ' ' + value + '\n';
}

std::string histogram_lines(const std::string& name, const std::string& labels,
                            const HistogramCell& cell) {
    std::string out;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < cell.counts.size(); ++i) {
        below += cell.counts[i].load(std::memory_order_relaxed);
        const std::string bound = i < cell.bounds.size() ? number_text(cell.bounds[i]) : "+Inf";
        out += line(name + "_bucket", join(labels, "le=\"" + bound + '"'), std::to_string(below));
    }
    out += line(name + "_sum", labels, number_text(cell.sum.load(std::memory_order_relaxed)));
    // The sum of the buckets read above: never at odds with them, whoever counts meanwhile.
    return out + line(name + "_count", labels, std::to_string(below));
}

std::string family_lines(const std::string& name, const Registry::Family& family) {
    std::string out;
    for (const auto& [labels, cell] : family.counters) {
        out += line(name, labels, std::to_string(cell->value.load(std::memory_order_relaxed)));
    }
    for (const auto& [labels, cell] : family.gauges) {
        out += line(name, labels, number_text(cell->value.load(std::memory_order_relaxed)));
    }
    for (const auto& [labels, cell] : family.histograms) {
        out += histogram_lines(name, labels, *cell);
    }
    return out;
}

std::string_view kind_name(Registry::Kind kind) {
    switch (kind) {
        case Registry::Kind::counter:
            return "counter";
        case Registry::Kind::gauge:
            return "gauge";
        case Registry::Kind::histogram:
            return "histogram";
    }
    return "untyped";
}

std::string head_lines(const std::string& name, const Registry::Family& family) {
    std::string out;
    out.append("# HELP ").append(name).append(" ").append(escaped(family.help, "")).append("\n");
    out.append("# TYPE ").append(name).append(" ").append(kind_name(family.kind)).append("\n");
    return out;
}

// The cell of these labels, made on first use; `overflow` once the family is full.
template <class Cell, class... Arguments>
Cell& cell_of(std::map<std::string, std::unique_ptr<Cell>>& cells, const std::string& labels,
              const std::string& overflow, const Arguments&... arguments) {
    const bool fits = cells.contains(labels) || cells.size() < max_label_sets;
    auto& cell = cells[fits ? labels : overflow];
    if (cell == nullptr) cell = std::make_unique<Cell>(arguments...);
    return *cell;
}

Labels overflow_of(Labels labels) {
    for (auto& [name, value] : labels) value = "other";
    return labels;
}

}  // namespace

HistogramCell::HistogramCell(std::span<const double> upper_bounds)
    : bounds(upper_bounds.begin(), upper_bounds.end()), counts(bounds.size() + 1) {
    LODE_ASSERT(std::ranges::adjacent_find(bounds, std::greater_equal<>()) == bounds.end());
}

void Histogram::observe(double value) {
    const auto bound = std::ranges::lower_bound(cell_->bounds, value);
    const auto bucket = static_cast<std::size_t>(bound - cell_->bounds.begin());
    cell_->counts[bucket].fetch_add(1, std::memory_order_relaxed);
    cell_->sum.fetch_add(value, std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const {
    std::uint64_t sum = 0;
    for (const auto& count : cell_->counts) sum += count.load(std::memory_order_relaxed);
    return sum;
}

Registry::Registry(std::string_view service) {
    if (!service.empty()) constant_.emplace_back("service", service);
}

Registry::Family& Registry::family(std::string_view name, std::string_view help, Kind kind) {
    LODE_ASSERT(valid_name(name));
    LODE_ASSERT(!help.empty());
    LODE_ASSERT(name.ends_with("_total") == (kind == Kind::counter));
    const auto [found, made] = families_.try_emplace(std::string(name));
    if (made) {
        found->second.kind = kind;
        found->second.help = help;
    }
    LODE_ASSERT(found->second.kind == kind);
    return found->second;
}

std::string Registry::label_text(const Labels& labels) const {
    std::string text;
    for (const Labels* group : {&constant_, &labels}) {
        for (const auto& [name, value] : *group) {
            LODE_ASSERT(valid_name(name));
            if (!text.empty()) text += ',';
            text.append(name).append("=\"").append(escaped(value, "\"")).append("\"");
        }
    }
    return text;
}

Counter Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
    const std::scoped_lock lock(mutex_);
    auto& cells = family(name, help, Kind::counter).counters;
    return Counter(cell_of(cells, label_text(labels), label_text(overflow_of(labels))));
}

Gauge Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
    const std::scoped_lock lock(mutex_);
    auto& cells = family(name, help, Kind::gauge).gauges;
    return Gauge(cell_of(cells, label_text(labels), label_text(overflow_of(labels))));
}

Histogram Registry::histogram(std::string_view name, std::string_view help,
                              std::span<const double> upper_bounds, const Labels& labels) {
    const std::scoped_lock lock(mutex_);
    auto& cells = family(name, help, Kind::histogram).histograms;
    return Histogram(
        cell_of(cells, label_text(labels), label_text(overflow_of(labels)), upper_bounds));
}

std::string exposition(std::span<const Registry* const> registries) {
    struct Text {
        Registry::Kind kind = Registry::Kind::counter;
        std::string head;
        std::string lines;
    };
    std::map<std::string, Text> families;
    for (const Registry* registry : registries) {
        const std::scoped_lock lock(registry->mutex_);
        for (const auto& [short_name, family] : registry->families_) {
            const std::string name = "lode_" + short_name;
            Text& text = families[name];
            if (text.head.empty()) {
                text.kind = family.kind;
                text.head = head_lines(name, family);
            }
            LODE_ASSERT(text.kind == family.kind);
            text.lines += family_lines(name, family);
        }
    }
    std::string out;
    for (const auto& [name, text] : families) out += text.head + text.lines;
    return out;
}

std::string exposition(const Registry& registry) {
    const Registry* const one[] = {&registry};
    return exposition(one);
}

}  // namespace lode::metrics
