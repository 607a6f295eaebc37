#include "net/portable.h"

#include <algorithm>

#include "engine/model_name.h"
#include "net/service.h"

namespace penchant {
namespace {

Failure no_such_answer() { return Failure{"the server's answer is not of the expected form"}; }

/// Where a page lies in the spool: a record a line, oldest first.
struct SpooledPage {
  std::uint64_t offset = 0;
  std::size_t bytes = 0;
};

result<std::vector<SpooledPage>> read_pages(const Ask& ask, const std::string& user, TemporaryFile& spool) {
  std::vector<SpooledPage> pages;
  std::string text;
  for (std::string cursor = "0";;) {
    const auto page = ask({"EXPORT", user, "CURSOR", cursor, "LIMIT", std::to_string(export_page_records)});
    if (!page) return page.error();
    if ((*page)->elements.size() != 2) return no_such_answer();
    const std::vector<Reply>& lines = (*page)->elements[1].elements;
    text.clear();
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) text.append(line->text).append("\n");
    pages.push_back({spool.size(), text.size()});
    if (auto kept = spool.append(text); !kept) return kept.error();
    cursor = (*page)->elements[0].text;
    if (cursor == "0") return pages;
  }
}

/// The server's pools as they were answered, which they view.
result<std::vector<ExportedPool>> read_pools(const Reply& list) {
  std::vector<ExportedPool> pools;
  for (const Reply& row : list.elements) {
    const auto tier = row.elements.size() >= 2 ? parse_tier(row.elements[1].text) : std::nullopt;
    if (!tier) return no_such_answer();
    ExportedPool& pool = pools.emplace_back(ExportedPool{row.elements[0].text, *tier, {}});
    for (std::size_t i = 2; i < row.elements.size(); ++i) pool.checkpoints.push_back(row.elements[i].text);
  }
  return pools;
}

}  // namespace

result<void> export_through(const Ask& ask, const std::string& user, TemporaryFile& spool, Exporter& exporter,
                            std::int64_t now_ms, const OnProgress& on_progress) {
  const auto pages = read_pages(ask, user, spool);
  if (!pages) return pages.error();
  const auto list = ask({"POOL", "LIST"});
  // Who is limited to one user gets that one's records alone.
  const bool has_no_pools = !list && list.error().message.starts_with("NOPERM ");
  if (!list && !has_no_pools) return list.error();
  const auto pools = has_no_pools ? std::vector<ExportedPool>() : read_pools(**list);
  if (!pools) return pools.error();
  exporter.begin(user, now_ms);
  std::uint64_t told = 0;
  std::string text;
  for (auto page = pages->rbegin(); page != pages->rend(); ++page) {
    text.resize(page->bytes);
    if (auto read = spool.read_at(page->offset, text); !read) return read.error();
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      if (auto added = exporter.add_json(std::string_view(text).substr(begin, end - begin)); !added) return added;
      begin = end + 1;
    }
    on_progress(told += text.size(), spool.size());
  }
  return exporter.end(*pools);
}

result<std::unique_ptr<ServerTarget>> ServerTarget::open(Ask ask) {
  std::unique_ptr<ServerTarget> target(new ServerTarget(std::move(ask)));
  const auto list = target->ask_({"POOL", "LIST"});
  if (!list) return list.error();
  for (const Reply& row : (*list)->elements) {
    if (row.elements.size() < 2) continue;
    target->pool_names_.insert(row.elements[0].text + "\n" + row.elements[1].text);
    for (std::size_t i = 2; i < row.elements.size(); ++i) {
      target->checkpoints_.emplace(model_key(row.elements[i].text));
    }
  }
  return target;
}

result<Recorded::Kind> ServerTarget::record(JsonRecord& read) {
  record_.clear();
  append_record_json(record_, read);
  if (record_.size() > import_json_bytes_max / 2) {
    return Failure{"it is too large to be sent to a server: import it with --data"};
  }
  if (!is_sending_) return Recorded::Kind::counted;
  records_.append(records_.empty() ? "\n" : ",\n").append(record_);
  if (records_.size() < import_piece_bytes) return Recorded::Kind::counted;
  if (auto sent = send(); !sent) return sent.error();
  return Recorded::Kind::counted;
}

result<bool> ServerTarget::add_pool(const PoolSet& pool) {
  const std::string tier(to_string(pool.tier));
  const std::string name = std::string(pool.family) + "\n" + tier;
  if (pool_names_.contains(name)) return false;
  if (!is_sending_) return true;
  std::vector<std::string> request{"POOL", "SET", std::string(pool.family), tier};
  request.insert(request.end(), pool.checkpoints.begin(), pool.checkpoints.end());
  if (auto set = ask_(request); !set) return refusal_.emplace(set.error());
  pool_names_.insert(name);
  return true;
}

bool ServerTarget::knows_checkpoint(std::string_view, std::string_view name) const {
  return checkpoints_.contains(std::string(model_key(name)));
}

result<void> ServerTarget::send() {
  if (records_.empty()) return {};
  // Not as an IMPORT: it would have the stores of all other users wait, too.
  const auto answer = ask_({"RECORDS", "[" + records_ + "\n]"});
  records_.clear();
  if (!answer) return refusal_.emplace(answer.error());
  if ((*answer)->kind != Reply::Kind::map || (*answer)->elements.size() != 4) return no_such_answer();
  recorded_ += static_cast<std::uint64_t>((*answer)->elements[1].integer);
  duplicates_ += static_cast<std::uint64_t>((*answer)->elements[3].integer);
  return {};
}

}  // namespace penchant
