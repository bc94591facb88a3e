// A password or token: prints as ***, is read only by reveal().
#pragma once

#include <string>
#include <utility>

namespace lode {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}

    [[nodiscard]] const std::string& reveal() const { return value_; }
    [[nodiscard]] bool empty() const { return value_.empty(); }
    [[nodiscard]] static std::string to_string() { return "***"; }

  private:
    std::string value_;
};

}  // namespace lode
