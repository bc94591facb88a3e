// Who may see and change what.
#include "statshttpd/caller.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode::statshttpd;

TEST_CASE("nobody sees or changes anything") {
    const Caller nobody;
    CHECK_FALSE(nobody.is_somebody());
    CHECK_FALSE(nobody.is_admin());
    CHECK_FALSE(nobody.may_see("alice"));
    CHECK_FALSE(nobody.may_see(""));
    CHECK_FALSE(nobody.may_manage(""));
}

TEST_CASE("a watcher sees one user and changes nothing") {
    const Caller watcher{.scope = Scope::watch, .user = "alice"};
    CHECK(watcher.may_see("alice"));
    CHECK_FALSE(watcher.may_see("Alice"));
    CHECK_FALSE(watcher.may_see("bob"));
    CHECK_FALSE(watcher.may_manage("alice"));
}

TEST_CASE("a manager changes what is theirs") {
    const Caller manager{.scope = Scope::manage, .user = "alice"};
    CHECK(manager.may_see("alice"));
    CHECK(manager.may_manage("alice"));
    CHECK_FALSE(manager.may_manage("bob"));
    CHECK_FALSE(manager.is_admin());
}

TEST_CASE("an operator sees everyone but is no user") {
    const Caller admin{.scope = Scope::admin, .name = "desk", .token = 3};
    CHECK(admin.is_admin());
    CHECK(admin.may_see("alice"));
    CHECK_FALSE(admin.may_manage("alice"));
    CHECK_FALSE(admin.may_manage(""));
    CHECK(admin.who() == "api admin token 3 (desk)");
}

TEST_CASE("scopes have their names") {
    for (const auto& [name, scope] : scopes) {
        CHECK(scope_of(name) == scope);
        CHECK(to_string(scope) == name);
    }
    CHECK(scope_of("root") == Scope::none);
    CHECK(scope_of("") == Scope::none);
    CHECK(to_string(Scope::none) == "none");
}
