// When memory goes back to the system.
#include "sserver/heap_trim.hpp"

#include <catch2/catch_test_macros.hpp>

using lode::sserver::HeapTrim;

TEST_CASE("memory goes back once most of many connections have gone, and then once") {
    HeapTrim heap;
    CHECK_FALSE(heap.look(2'000));
    CHECK_FALSE(heap.look(751));
    CHECK(heap.look(750));
    CHECK_FALSE(heap.look(750));
    CHECK_FALSE(heap.look(200));
    CHECK(heap.look(100));
}
