// penchant history: page after page, each printed before the next is asked for.
#include <algorithm>
#include <array>
#include <charconv>
#include <iostream>
#include <stdexcept>

#include "cli/client_command.h"
#include "cli/print.h"
#include "cli/subcommand.h"

namespace penchant {
namespace {

constexpr std::uint64_t page_records = 100;

/// A null where the record has no such part.
const Reply& part(const Reply& record, std::string_view name) {
  static const Reply nothing;
  for (std::size_t i = 0; i + 1 < record.elements.size(); i += 2) {
    if (record.elements[i].text == name) return record.elements[i + 1];
  }
  return nothing;
}

std::string line_of(const Reply& value) { return one_line(scalar_text(value)); }

/// "ink 0.8, steps 28": of the LoRAs and the parameters.
std::string list(const Reply& value) {
  std::string text;
  const auto add = [&](const Reply& name, const Reply& figure) {
    text += (text.empty() ? "" : ", ") + line_of(name) + " " + line_of(figure);
  };
  if (value.kind == Reply::Kind::map) {
    for (std::size_t i = 0; i + 1 < value.elements.size(); i += 2) add(value.elements[i], value.elements[i + 1]);
  } else {
    for (const Reply& lora : value.elements) add(part(lora, "name"), part(lora, "strength_model"));
  }
  return text;
}

/// When, the verdict and the checkpoint; below it, whatever else was said of the image.
void print_record(std::ostream& out, const Reply& record) {
  std::string when = line_of(part(record, "timestamp")).substr(0, 19);  // 2026-01-31T12:00:00, without ".000Z"
  std::ranges::replace(when, 'T', ' ');
  std::string verdict = line_of(part(record, "action"));
  verdict.resize(8, ' ');
  out << when << "  " << verdict << "  " << line_of(part(record, "checkpoint")) << "\n";
  for (std::size_t i = 0; i + 1 < record.elements.size(); i += 2) {
    const std::string_view name = record.elements[i].text;
    const Reply& value = record.elements[i + 1];
    constexpr std::array told{"timestamp", "action", "checkpoint", "user_id", "keywords", "id"};
    if (std::ranges::count(told, name) > 0) continue;
    const bool is_list = value.kind == Reply::Kind::map || value.kind == Reply::Kind::array;
    const bool is_nothing = is_list ? value.elements.empty() : value.kind == Reply::Kind::null;
    if (!is_nothing) out << "  " << name << ": " << (is_list ? list(value) : line_of(value)) << "\n";
  }
  out << "  id: " << line_of(part(record, "id")) << "\n";
}

/// What --limit says; without it there is none.
std::uint64_t limit(const ClientRequest& request) {
  std::uint64_t records = UINT64_MAX;
  if (!request.values.contains("limit")) return records;
  const auto& text = request.values["limit"].as<std::string>();
  std::from_chars(text.data(), text.data() + text.size(), records);  // judged already
  return records;
}

}  // namespace

int answer_history(const ClientRequest& request) {
  const auto transport = open_transport(request.values);
  std::uint64_t left = limit(request);
  std::uint64_t told = 0;
  for (std::string cursor = "0"; left > 0;) {
    std::vector<std::string> due = request.arguments;
    due.insert(due.end(), {"LIMIT", std::to_string(std::min(left, page_records)), "CURSOR", cursor});
    const Reply* page = transport->ask(due);
    if (page->kind == Reply::Kind::error) return print_reply(page, request.as_json());
    if (page->elements.size() != 2) throw std::runtime_error("the answer is no page of records");
    for (const Reply& record : page->elements[1].elements) {
      request.as_json() ? print_json(std::cout, record) : print_record(std::cout, record);
      --left;
      ++told;
    }
    if (!std::cout.flush()) return exit_failure;
    cursor = page->elements[0].text;
    if (cursor == "0") break;
  }
  if (told == 0 && !request.as_json()) std::cout << "none\n";
  return std::cout.good() ? exit_ok : exit_failure;
}

}  // namespace penchant
