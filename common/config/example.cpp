// The example file and --help, printed from the sections themselves.
#include <algorithm>

#include "common/config/section.hpp"

namespace lode::config {

namespace {

constexpr std::size_t line_width = 100;

// Prose as comment lines.
std::string comment(std::string_view text) {
    std::string out;
    std::string line = "#";
    while (!text.empty()) {
        const std::size_t space = std::min(text.find(' '), text.size());
        if (line.size() + 1 + space > line_width) {
            out += line + '\n';
            line = "#";
        }
        line += ' ' + std::string(text.substr(0, space));
        text.remove_prefix(std::min(space + 1, text.size()));
    }
    return out + line + '\n';
}

std::string listed(const Setting& setting, const std::vector<Scalar>& values) {
    std::string out;
    for (const Scalar& value : values) {
        out += (out.empty() ? "" : ", ") + toml_text(setting.type, value);
    }
    return '[' + out + ']';
}

// What stands after "key = ": the default, or the sample where there is none.
std::string value_text(const Setting& setting, const void* object) {
    const std::vector<Scalar> values = setting.values(object);
    const bool sampled = setting.required || (values.empty() && !setting.sample.empty());
    if (setting.form == Setting::Form::list) {
        return sampled ? '[' + toml_text_of_sample(setting.type, setting.sample) + ']'
                       : listed(setting, values);
    }
    if (sampled) return toml_text_of_sample(setting.type, setting.sample);
    return toml_text(setting.type, values.front());
}

std::string description(const Setting& setting) {
    std::string text = setting.help;
    const std::string allowed = allowed_text(setting.type);
    if (!allowed.empty()) text += " Allowed: " + allowed + '.';
    if (setting.required) text += " Required.";
    if (setting.form == Setting::Form::optional) text += " Not set by default.";
    return text;
}

// Prints tables and those in them. Tables that need not be there are comments as a whole.
class ExamplePrinter {
  public:
    void print(const SectionBase& section, const std::string& header) {
        const std::shared_ptr<void> object = section.defaults();
        text_ += '\n' + comment(section.sentence());
        if (!header.empty()) text_ += (optional_depth_ > 0 ? "#" : "") + header + '\n';
        for (const Setting& setting : section.settings()) {
            const bool shown = setting.shown && optional_depth_ == 0;
            text_ += comment(description(setting)) + (shown ? "" : "#") + setting.key + " = " +
                     value_text(setting, object.get()) + '\n';
        }
    }

    void print_nested(const SectionBase& section, const std::string& path) {
        for (const Nested& nested : section.nested()) {
            const std::string name = path.empty() ? nested.key : path + '.' + nested.key;
            const int optional = nested.many && nested.count.min == 0 ? 1 : 0;
            optional_depth_ += optional;
            print(*nested.section, nested.many ? "[[" + name + "]]" : '[' + name + ']');
            print_nested(*nested.section, name);
            optional_depth_ -= optional;
        }
    }

    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_ =
        "# The configuration of Lode: one file for all services, each reads what concerns it.\n"
        "# A line that begins with # and a space is a comment; a line that begins with # alone is\n"
        "# a setting at its default, to be changed there. Any string may hold ${NAME}, an\n"
        "# environment variable; a password may be \"file:/path\", the file that holds it.\n"
        "# Check a changed file with: lode config check --config lode.toml\n";
    int optional_depth_ = 0;
};

void append_help(std::string& out, const SectionBase& section, const std::string& header) {
    const std::shared_ptr<void> object = section.defaults();
    out += header + (header.empty() ? "" : "  ") + section.sentence() + '\n';
    for (const Setting& setting : section.settings()) {
        out += "  " + setting.key + " = " + value_text(setting, object.get()) + "\n      " +
               description(setting) + '\n';
    }
    const std::string path = header.empty() ? "" : header.substr(header.rfind('[') + 1);
    for (const Nested& nested : section.nested()) {
        const std::string name =
            path.empty() ? nested.key : path.substr(0, path.find(']')) + '.' + nested.key;
        append_help(out, *nested.section, nested.many ? "[[" + name + "]]" : '[' + name + ']');
    }
}

}  // namespace

std::string example(const Sections& sections) {
    ExamplePrinter printer;
    for (const SectionBase* section : sections) {
        printer.print(*section, section->name().empty() ? "" : '[' + section->name() + ']');
        printer.print_nested(*section, section->name());
    }
    return printer.text();
}

std::string help(const SectionBase& section) {
    std::string out;
    append_help(out, section, section.name().empty() ? "" : '[' + section.name() + ']');
    return out;
}

}  // namespace lode::config
