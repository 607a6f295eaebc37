// Bounds of what the engine accepts. What is over a bound is refused with one sentence and changes nothing. Each has a
// test at the bound and one past it, but for users_max: so many users take more memory than a test should.
#pragma once

#include <cstddef>
#include <cstdint>

namespace penchant {

inline constexpr std::size_t user_bytes_max = 256;
inline constexpr std::size_t model_name_bytes_max = 1024;    // a checkpoint's or LoRA's name, folder included
inline constexpr std::size_t label_bytes_max = 64;           // a family, stage or parameter name
inline constexpr std::size_t identifier_bytes_max = 256;     // an ID, SESSION, GENERATION or DECISION
inline constexpr std::size_t prompt_bytes_max = 1 << 20;     // a prompt or negative prompt
inline constexpr std::size_t text_bytes_max = 64 << 10;      // a NOTE, VISION or parameter's text value
inline constexpr std::size_t record_loras_max = 64;
inline constexpr std::size_t record_parameters_max = 64;
inline constexpr std::size_t record_decision_arms_max = 1024;  // that a record keeps of the decision it judges

inline constexpr std::size_t users_max = 1 << 24;
inline constexpr std::size_t keywords_per_user_max = 1 << 20;
inline constexpr std::size_t arms_per_user_max = 1 << 16;    // checkpoints; LoRAs likewise
inline constexpr std::size_t negative_prompts_per_user_max = 1 << 18;  // distinct ones, at a time
inline constexpr std::size_t parameters_per_user_max = 1 << 17;        // by family and name; LoRAs' strengths too
inline constexpr std::size_t table_bytes_per_user_max = std::size_t{4} << 30;  // of counts, before what is recorded
// After it: the last batch may add its own, of 16 MiB at most, and arenas grow by half.
inline constexpr std::size_t table_bytes_per_user_most = 2 * table_bytes_per_user_max;
inline constexpr std::size_t vocabulary_bytes_max = std::size_t{1} << 30;  // of all distinct texts, 64 bytes more each
inline constexpr std::size_t texts_max = std::size_t{1} << 24;  // keywords, and names: as many as that leaves room for
inline constexpr double learned_value_max = 1e15;  // of a parameter or strength: beyond it is kept, not learned
inline constexpr std::size_t pools_max = 4096;
inline constexpr std::size_t pool_checkpoints_max = 1 << 16;
inline constexpr std::size_t pool_bytes_max = 16 << 20;  // of all names together: an event fits a frame of the journal

}  // namespace penchant
