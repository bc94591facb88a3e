// Objects at small numbers: 64 to a chunk, a chunk's memory is given back when its last object
// goes. The lowest free numbers are used first, so that chunks do become empty.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "common/base/assert.hpp"

namespace lode {

template <class T>
class Slab {
  public:
    static constexpr std::uint32_t chunk_size = 64;  // a chunk's occupancy is one word

    Slab() = default;
    Slab(const Slab&) = delete;
    Slab& operator=(const Slab&) = delete;
    ~Slab() {
        for_each([this](std::uint32_t index, T&) { erase(index); });
    }

    [[nodiscard]] std::size_t size() const { return size_; }

    // The number at which emplace() would make the next object.
    [[nodiscard]] std::uint32_t next() const {
        std::size_t chunk = first_free_;
        while (chunk < chunks_.size() && chunks_[chunk] && ~chunks_[chunk]->used == 0) ++chunk;
        const std::uint64_t used =
            chunk < chunks_.size() && chunks_[chunk] ? chunks_[chunk]->used : 0;
        return static_cast<std::uint32_t>(chunk) * chunk_size +
               static_cast<std::uint32_t>(std::countr_one(used));
    }

    template <class... Arguments>
    T& emplace(std::uint32_t index, Arguments&&... arguments) {
        const std::size_t at = index / chunk_size;
        if (at >= chunks_.size()) chunks_.resize(at + 1);
        if (!chunks_[at]) chunks_[at] = std::make_unique<Chunk>();
        Chunk& chunk = *chunks_[at];
        LODE_ASSERT((chunk.used & bit(index)) == 0);
        T* made = new (chunk.place(index)) T(std::forward<Arguments>(arguments)...);
        chunk.used |= bit(index);
        ++size_;
        while (first_free_ < chunks_.size() && chunks_[first_free_] &&
               ~chunks_[first_free_]->used == 0) {
            ++first_free_;
        }
        return *made;
    }

    void erase(std::uint32_t index) {
        T* gone = find(index);
        LODE_ASSERT(gone != nullptr);
        const std::size_t at = index / chunk_size;
        gone->~T();
        chunks_[at]->used &= ~bit(index);
        --size_;
        if (chunks_[at]->used == 0) chunks_[at].reset();
        if (at < first_free_) first_free_ = at;
    }

    // Null when there is no object at this number.
    [[nodiscard]] T* find(std::uint32_t index) {
        const std::size_t at = index / chunk_size;
        if (at >= chunks_.size() || !chunks_[at]) return nullptr;
        return (chunks_[at]->used & bit(index)) != 0 ? chunks_[at]->place(index) : nullptr;
    }

    // each(number, object); it may erase that object.
    template <class Each>
    void for_each(Each each) {
        for (std::size_t at = 0; at < chunks_.size(); ++at) {
            std::uint64_t rest = chunks_[at] ? chunks_[at]->used : 0;
            for (; rest != 0; rest &= rest - 1) {
                const auto index = static_cast<std::uint32_t>(at) * chunk_size +
                                   static_cast<std::uint32_t>(std::countr_zero(rest));
                each(index, *chunks_[at]->place(index));
            }
        }
    }

  private:
    struct Chunk {
        std::uint64_t used = 0;
        alignas(T) std::array<std::byte, sizeof(T) * chunk_size> storage;

        T* place(std::uint32_t index) {
            return reinterpret_cast<T*>(storage.data() + sizeof(T) * (index % chunk_size));
        }
    };

    static constexpr std::uint64_t bit(std::uint32_t index) {
        return std::uint64_t{1} << (index % chunk_size);
    }

    std::vector<std::unique_ptr<Chunk>> chunks_;
    std::size_t first_free_ = 0;  // no chunk before this one has room
    std::size_t size_ = 0;
};

}  // namespace lode
