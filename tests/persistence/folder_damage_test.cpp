// Every file of a small real folder cut at every byte, and every bit of it flipped, the whole start each time: what was
// recorded, a prefix of it, or a refusal that names the file; never another state, never another count.
#include <iostream>

#include "tests/persistence/segment_fixture.h"
#include "tests/persistence/strides.h"

namespace penchant::test {
namespace {

/// Two snapshots, segments before, between and behind them; and the states after each event.
struct Folder : KeptLife {
  explicit Folder(bool is_compressed) {
    options.durability = Durability::always;  // so that only the last event is not known to be on disk
    options.segments.compress = is_compressed;
    options.journal.segment_bytes = 300;
    open();
    states.push_back(state());
    for (int i = 1; i <= 12; ++i) {
      BOOST_REQUIRE(i == 5 ? pool("sdxl", "m1 m2") : result<void>(kept_or_failed(i)));
      BOOST_REQUIRE(acknowledged());
      states.push_back(state());
      if (i == 4 || i == 9) save();
    }
    if (is_compressed) BOOST_REQUIRE(keep() == "");
    store.reset();
    for (const std::string& name : *disk.list(folder)) files_at_first[name] = disk.bytes(path_in(folder, name));
  }
  result<void> kept_or_failed(int i) {
    const auto recorded = i % 3 == 0 ? rejected(i % 2) : kept(i % 4);
    return recorded ? result<void>() : result<void>(recorded.error());
  }

  /// A disk with these files; a start of it.
  struct Start {
    MemoryFileSystem disk;
    std::unique_ptr<Store> store;
    std::string why;
  };
  std::unique_ptr<Start> start(const std::map<std::string, Bytes>& content) const {
    auto start = std::make_unique<Start>();
    for (const auto& [name, bytes] : content) start->disk.put(path_in(folder, name), bytes);
    StoreOptions quiet = options;
    quiet.durability = Durability::os;
    auto opened = Store::open(start->disk, quiet, now_ms);
    opened ? void(start->store = std::move(*opened)) : void(start->why = opened.error().message);
    return start;
  }

  std::vector<std::string> states;
  std::map<std::string, Bytes> files_at_first;
};

struct Counts {
  std::size_t tried = 0;
  std::size_t whole = 0;
  std::size_t prefixes = 0;
  std::size_t refused = 0;
};

/// Starts with one file changed.
class Damager {
 public:
  Damager(const Folder& life, std::map<std::string, Bytes> files) : life_(life), files_(std::move(files)) {}

  Counts cut_everywhere() {
    return each_file([this](const std::string& name, const Bytes& whole) {
      for (std::size_t size = 0; size < whole.size(); size += stride_of_many) {
        files_[name].assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        try_it(name, "cut at " + std::to_string(size));
      }
    });
  }
  Counts flip_everywhere() {
    return each_file([this](const std::string& name, const Bytes& whole) {
      for (std::size_t bit = 0; bit < whole.size() * 8; bit += stride_of_many) {
        const auto mask = static_cast<std::byte>(1U << (bit % 8));
        files_[name][bit / 8] ^= mask;
        try_it(name, "bit " + std::to_string(bit % 8) + " of byte " + std::to_string(bit / 8));
        files_[name][bit / 8] ^= mask;
      }
    });
  }

 private:
  template <class Change>
  Counts each_file(const Change& change) {
    counts_ = {};
    const auto names = files_;
    for (const auto& [name, bytes] : names) {
      if (name == "lock") continue;
      change(name, bytes);
      files_[name] = bytes;
    }
    return counts_;
  }
  void try_it(const std::string& name, const std::string& how) {
    const auto start = life_.start(files_);
    const std::string path = path_in(folder, name);
    const bool is_snapshot = name.starts_with("snapshot-");
    ++counts_.tried;
    if (!start->store) {
      ++counts_.refused;
      BOOST_REQUIRE_MESSAGE(start->why.find(path) != std::string::npos, name << ", " << how << ": " << start->why);
      const bool tells_where = is_snapshot || start->why.find("offset ") != std::string::npos ||
                               start->why.find("version") != std::string::npos;
      BOOST_REQUIRE_MESSAGE(tells_where, name << ", " << how << ": " << start->why);
      return;
    }
    const auto events = static_cast<std::size_t>(start->store->written_sequence());
    BOOST_REQUIRE_MESSAGE(events < life_.states.size(), name << ", " << how);
    BOOST_REQUIRE_MESSAGE(state_bytes(start->store->engine()) == life_.states[events], name << ", " << how);
    events + 1 == life_.states.size() ? ++counts_.whole : ++counts_.prefixes;
    // A snapshot may be lost, and is never the reason why an event is; of the journal only the last event may go.
    BOOST_REQUIRE_MESSAGE(!is_snapshot || events + 1 == life_.states.size(), name << ", " << how);
  }

  const Folder& life_;
  std::map<std::string, Bytes> files_;
  Counts counts_;
};

void damage(const Folder& life, const std::map<std::string, Bytes>& files, const std::string& what) {
  Damager damager(life, files);
  for (const bool flips : {false, true}) {
    const Counts counts = flips ? damager.flip_everywhere() : damager.cut_everywhere();
    BOOST_TEST(counts.prefixes > 0U);
    BOOST_TEST(counts.refused > 0U);
    std::cout << what << ": " << counts.tried << (flips ? " bits flipped: " : " cuts: ") << counts.whole << " whole, "
              << counts.prefixes << " a prefix, " << counts.refused << " refused" << std::endl;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(folder_damage)

BOOST_AUTO_TEST_CASE(with_two_snapshots_and_a_plain_journal) {
  const Folder life(false);
  damage(life, life.files_at_first, "two snapshots, plain journal");
}

BOOST_AUTO_TEST_CASE(with_two_snapshots_and_a_compressed_journal) {
  const Folder life(true);
  damage(life, life.files_at_first, "two snapshots, compressed journal");
}

BOOST_AUTO_TEST_CASE(with_the_journal_alone) {
  for (const bool is_compressed : {false, true}) {
    const Folder life(is_compressed);
    auto files = life.files_at_first;
    std::erase_if(files, [](const auto& file) { return file.first.starts_with("snapshot-"); });
    damage(life, files, is_compressed ? "compressed journal alone" : "plain journal alone");
  }
}

/// The newest snapshot is damaged already: the one before and the journal carry what there is, or say that they do not.
BOOST_AUTO_TEST_CASE(with_one_snapshot_of_two_damaged_already) {
  const Folder life(true);
  auto files = life.files_at_first;
  const auto newest = std::ranges::find_if(files.rbegin(), files.rend(),
                                           [](const auto& file) { return file.first.starts_with("snapshot-"); });
  newest->second.pop_back();
  damage(life, files, "the newest snapshot damaged");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test
