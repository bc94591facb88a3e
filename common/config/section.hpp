// A table of settings: from one description of a struct's members come its parsing, its --help and
// its part of the example file. A setting's default is the member's default initialiser.
//
//   const Section<Config>& section() {
//       static const auto table =
//           Section<Config>("gbtmaker", "Asks the nodes for block templates.")
//               .setting("poll_interval", &Config::poll_interval,
//                        {.help = "Time between two requests.", .min = 100ms, .max = 1h})
//               .list("peer", &Config::peers, peer_section());
//       return table;
//   }
//   LODE_TRY(const Config config, section().read(document));
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/document.hpp"
#include "common/config/type.hpp"

namespace lode::config {

class SectionBase;

struct Setting {
    enum class Form : std::uint8_t { single, optional, list };

    std::string key;
    std::string help;
    Form form = Form::single;
    bool required = false;
    bool shown = false;
    std::string sample;
    Type type;
    std::function<void(void* object, const std::vector<Scalar>& values)> assign;
    // A single has one value, an optional none or one, a list any number.
    std::function<std::vector<Scalar>(const void* object)> values;
};

// How many tables of a list there may be.
struct Count {
    std::size_t min = 0;
    std::size_t max = 64;  // peers, listeners and nodes are a few; more is a mistake
};

// A table in a table, or a list of them.
struct Nested {
    std::string key;
    std::shared_ptr<const SectionBase> section;
    bool many = false;
    Count count;
    std::function<void(void* object)> clear;
    // Where the next table is read to: a new element of a list, or the member itself.
    std::function<void*(void* object)> next;
    std::function<std::size_t(const void* object)> size;
};

// A section without its struct's type: what help, the example and checks need.
class SectionBase {
  public:
    using Make = std::shared_ptr<void> (*)();
    using Check = std::function<std::string(const void* object)>;

    SectionBase(std::string_view name, std::string_view sentence, Make make)
        : name_(name), sentence_(sentence), make_(make) {}

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& sentence() const { return sentence_; }
    [[nodiscard]] const std::vector<Setting>& settings() const { return settings_; }
    [[nodiscard]] const std::vector<Nested>& nested() const { return nested_; }
    [[nodiscard]] const std::vector<Check>& checks() const { return checks_; }
    // A struct with every default in place.
    [[nodiscard]] std::shared_ptr<void> defaults() const { return make_(); }

    // Reads the section strictly into `object`, which is of the section's struct. A section named
    // "" is the top level of the file, whose other sections are not its business.
    [[nodiscard]] Result<void> read_into(const Document& document, void* object) const;

    void add(Setting setting);
    void add(Nested nested);
    void add(Check check) { checks_.push_back(std::move(check)); }

  private:
    std::string name_;
    std::string sentence_;
    Make make_;
    std::vector<Setting> settings_;
    std::vector<Nested> nested_;
    std::vector<Check> checks_;
};

template <class M>
struct MemberForm {
    using Value = M;
    static constexpr auto form = Setting::Form::single;
};
template <class T>
struct MemberForm<std::optional<T>> {
    using Value = T;
    static constexpr auto form = Setting::Form::optional;
};
template <class T>
struct MemberForm<std::vector<T>> {
    using Value = T;
    static constexpr auto form = Setting::Form::list;
};

template <class C>
class Section {
  public:
    Section(std::string_view name, std::string_view sentence)
        : base_(name, sentence, [] { return std::shared_ptr<void>(std::make_shared<C>()); }) {}

    // Members may be bool, integers, std::string, Secret, paths, durations, ByteSize, enumerations
    // with setting_names, and std::optional or std::vector of these.
    template <class M>
    Section& setting(std::string_view key, M C::*member, const About& about);

    // The tables [[name.key]]. One or more in the file replace the default ones.
    template <class E>
    Section& list(std::string_view key, std::vector<E> C::*member, const Section<E>& element,
                  Count count = {});

    // The table [name.key].
    template <class E>
    Section& table(std::string_view key, E C::*member, const Section<E>& inner);

    // A rule over several settings: says what is wrong, or nothing.
    Section& check(std::function<std::string(const C&)> problem) {
        base_.add([problem = std::move(problem)](const void* object) {
            return problem(*static_cast<const C*>(object));
        });
        return *this;
    }

    [[nodiscard]] Result<C> read(const Document& document) const {
        C object;
        LODE_TRY_VOID(base_.read_into(document, &object));
        return object;
    }

    [[nodiscard]] const SectionBase& base() const { return base_; }

  private:
    SectionBase base_;
};

template <class C>
template <class M>
Section<C>& Section<C>::setting(std::string_view key, M C::*member, const About& about) {
    using T = typename MemberForm<M>::Value;
    constexpr auto form = MemberForm<M>::form;
    Setting setting;
    setting.key = key;
    setting.help = about.help;
    setting.form = form;
    setting.required = about.required;
    setting.shown = about.required || about.shown;
    setting.sample = about.sample;
    setting.type = type_of<T>(about);
    setting.assign = [member](void* object, const std::vector<Scalar>& values) {
        M& target = static_cast<C*>(object)->*member;
        if constexpr (form == Setting::Form::list) {
            target.clear();
            for (const Scalar& value : values) target.push_back(from_scalar<T>(value));
        } else {
            target = from_scalar<T>(values.front());
        }
    };
    setting.values = [member](const void* object) {
        const M& source = static_cast<const C*>(object)->*member;
        std::vector<Scalar> values;
        if constexpr (form == Setting::Form::list) {
            for (const T& value : source) values.push_back(to_scalar<T>(value));
        } else if constexpr (form == Setting::Form::optional) {
            if (source) values.push_back(to_scalar<T>(*source));
        } else {
            values.push_back(to_scalar<T>(source));
        }
        return values;
    };
    base_.add(std::move(setting));
    return *this;
}

template <class C>
template <class E>
Section<C>& Section<C>::list(std::string_view key, std::vector<E> C::*member,
                             const Section<E>& element, Count count) {
    const auto of = [member](void* object) -> std::vector<E>& {
        return static_cast<C*>(object)->*member;
    };
    Nested nested;
    nested.key = key;
    nested.section = std::make_shared<const SectionBase>(element.base());
    nested.many = true;
    nested.count = count;
    nested.clear = [of](void* object) { of(object).clear(); };
    nested.next = [of](void* object) -> void* { return &of(object).emplace_back(); };
    nested.size = [member](const void* object) {
        return (static_cast<const C*>(object)->*member).size();
    };
    base_.add(std::move(nested));
    return *this;
}

template <class C>
template <class E>
Section<C>& Section<C>::table(std::string_view key, E C::*member, const Section<E>& inner) {
    Nested nested;
    nested.key = key;
    nested.section = std::make_shared<const SectionBase>(inner.base());
    nested.next = [member](void* object) -> void* { return &(static_cast<C*>(object)->*member); };
    base_.add(std::move(nested));
    return *this;
}

using Sections = std::vector<const SectionBase*>;

// Reads all of `sections` and throws the values away; whatever is unknown in the file is an error,
// except top-level tables named in `others`, which belong to other services.
[[nodiscard]] Result<void> check(const Document& document, const Sections& sections,
                                 const std::vector<std::string_view>& others = {});

// The commented file with every setting at its default: "# " begins prose, "#" alone a setting
// that is left at its default.
[[nodiscard]] std::string example(const Sections& sections);

// The section for --help.
[[nodiscard]] std::string help(const SectionBase& section);

}  // namespace lode::config
