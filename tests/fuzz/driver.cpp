// Runs a fuzz body over its corpus: every seed as it is, then `count` mutations of them, from a
// fixed seed of randomness, so that a failure repeats. NAME_fuzz FOLDER COUNT
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

// Mutations may grow an input; this keeps the run short.
constexpr std::size_t input_size_max = 1 << 16;

std::vector<Input> read_corpus(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<Input> corpus;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return corpus;
}

class Mutator {
  public:
    explicit Mutator(const std::vector<Input>& corpus) : corpus_(corpus) {}

    Input next() {
        Input input = any_seed();
        for (std::size_t changes = 1 + below(4); changes > 0; --changes) change(input);
        input.resize(std::min(input.size(), input_size_max));
        return input;
    }

  private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
    const Input& any_seed() { return corpus_[below(corpus_.size())]; }
    auto place(Input& input) {
        return input.begin() + static_cast<std::ptrdiff_t>(below(input.size()));
    }

    void change(Input& input) {
        static constexpr std::uint8_t edges[] = {0x00, 0x01, 0x7f, 0x80, 0xfc, 0xfd, 0xfe, 0xff};
        const std::size_t kind = below(6);
        if (kind == 0 || input.empty()) {
            input.insert(place(input), static_cast<std::uint8_t>(random_()));
        } else if (kind == 1) {
            *place(input) ^= static_cast<std::uint8_t>(1U << below(8));
        } else if (kind == 2) {
            *place(input) = edges[below(std::size(edges))];
        } else if (kind == 3) {
            const auto from = place(input);
            const auto rest = static_cast<std::size_t>(input.end() - from);
            input.erase(from, from + static_cast<std::ptrdiff_t>(
                                         1 + below(std::min<std::size_t>(rest, 16))));
        } else if (kind == 4) {
            input.resize(below(input.size() + 1));
        } else {
            // The end of another seed behind a beginning of this one.
            const Input& other = any_seed();
            input.resize(below(input.size() + 1));
            input.insert(input.end(),
                         other.begin() + static_cast<std::ptrdiff_t>(below(other.size())),
                         other.end());
        }
    }

    const std::vector<Input>& corpus_;
    std::mt19937_64 random_{1};
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s CORPUS_FOLDER MUTATIONS\n", argv[0]);
        return 2;
    }
    const std::vector<Input> corpus = read_corpus(argv[1]);
    if (corpus.empty()) {
        std::fprintf(stderr, "%s holds no seeds\n", argv[1]);
        return 2;
    }
    for (const Input& seed : corpus) LLVMFuzzerTestOneInput(seed.data(), seed.size());
    const unsigned long mutations = std::strtoul(argv[2], nullptr, 10);
    Mutator mutator(corpus);
    for (unsigned long i = 0; i < mutations; ++i) {
        const Input input = mutator.next();
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%zu seeds and %lu mutations\n", corpus.size(), mutations);
    return 0;
}
