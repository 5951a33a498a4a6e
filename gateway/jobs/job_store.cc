#include "gateway/jobs/job_store.h"

#include <algorithm>
#include <filesystem>

#include "gateway/proto/job_store.pb.h"

namespace sluice::gateway {
namespace {

void encode_failure(const Error& error, store::Failure& out) {
  out.set_code(static_cast<uint32_t>(error.code));
  out.set_message(error.message);
  out.set_hint(error.hint);
  out.set_has_span(error.span.has_value());
  if (!error.span) return;
  out.set_span_begin(error.span->begin);
  out.set_span_end(error.span->end);
}

Error decode_failure(const store::Failure& in) {
  Error error{static_cast<ErrorCode>(in.code()), in.message(), in.hint(), std::nullopt};
  if (in.has_span()) error.span = SourceSpan{in.span_begin(), in.span_end()};
  return error;
}

std::string encode_definition(const JobDefinition& definition) {
  store::Definition out;
  out.set_id(definition.id);
  out.set_name(definition.name);
  out.set_kind(static_cast<uint32_t>(definition.kind));
  out.set_job_graph(definition.job_graph);
  out.set_parallelism(definition.parallelism);
  out.set_restore_from(definition.restore_from);
  out.set_time_zone(definition.time_zone);
  out.set_created_wall_ms(definition.created_wall_ms);
  for (const planner::ScriptFile& file : definition.script) {
    store::File& stored = *out.add_script();
    stored.set_name(file.name);
    stored.set_text(file.text);
  }
  return out.SerializeAsString();
}

Result<JobDefinition> decode_definition(const std::string& id, const std::string& bytes) {
  store::Definition in;
  bool is_kind = in.ParseFromString(bytes) && in.kind() >= 1 && in.kind() <= 3;
  if (!is_kind || in.id() != id) return fail(ErrorCode::FileSystemError, "`definition` is damaged");
  JobDefinition out;
  out.id = in.id();
  out.name = in.name();
  out.kind = static_cast<JobKind>(in.kind());
  out.job_graph = in.job_graph();
  out.parallelism = in.parallelism();
  out.restore_from = in.restore_from();
  out.time_zone = in.time_zone();
  out.created_wall_ms = in.created_wall_ms();
  for (const store::File& file : in.script()) out.script.push_back({file.name(), file.text()});
  return out;
}

constexpr JobState kEndings[] = {JobState::Failed, JobState::Lost, JobState::Cancelled};  // Position + 1 is stored.

std::string encode_fate(const JobFate& fate) {
  store::Fate out;
  out.set_attempt(fate.attempt);
  out.set_restarts(fate.restarts);
  out.set_deployed(fate.is_deployed);
  out.set_cancel_wanted(fate.is_cancel_wanted);
  if (fate.ended_as) {
    out.set_ended_as(static_cast<uint32_t>(std::ranges::find(kEndings, *fate.ended_as) - std::begin(kEndings)) + 1);
  }
  if (fate.failure) encode_failure(*fate.failure, *out.mutable_failure());
  out.set_ended_wall_ms(fate.ended_wall_ms);
  return out.SerializeAsString();
}

Result<JobFate> decode_fate(const std::string& bytes) {
  store::Fate in;
  if (!in.ParseFromString(bytes) || in.ended_as() > std::size(kEndings)) {
    return fail(ErrorCode::FileSystemError, "`fate` is damaged");
  }
  JobFate out;
  out.attempt = in.attempt();
  out.restarts = in.restarts();
  out.is_deployed = in.deployed();
  out.is_cancel_wanted = in.cancel_wanted();
  if (in.ended_as() > 0) out.ended_as = kEndings[in.ended_as() - 1];
  if (in.has_failure()) out.failure = decode_failure(in.failure());
  out.ended_wall_ms = in.ended_wall_ms();
  return out;
}

}  // namespace

bool is_job_id(std::string_view text) {
  return text.size() == 32 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Result<std::unique_ptr<JobStore>> JobStore::open(const Env& env, const std::string& directory) {
  std::unique_ptr<JobStore> store(new JobStore(env, directory));
  SLUICE_DO(env.files->create_directories(store->jobs_));
  // Job graphs hold options of connectors, and sockets take commands: they are their owner's alone.
  std::error_code error;
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  auto lock = env.files->lock(directory + "/lock");
  if (!lock) {
    return fail(ErrorCode::FileSystemError, "another gateway works in `{}`", directory)
        .hint("Stop it, or start this one with another `--dir`.");
  }
  store->lock_ = *std::move(lock);
  return store;
}

Result<StoredJob> JobStore::read(const std::string& id) const {
  std::string directory = directory_of(id);
  SLUICE_TRY(std::string definition, env_.files->read_all(directory + "/definition"));
  StoredJob job;
  SLUICE_TRY(job.definition, decode_definition(id, definition));
  SLUICE_TRY(bool has_fate, env_.files->exists(directory + "/fate"));
  if (!has_fate) {
    job.fate.attempt = 1;
    return job;
  }
  SLUICE_TRY(std::string fate, env_.files->read_all(directory + "/fate"));
  SLUICE_TRY(job.fate, decode_fate(fate));
  return job;
}

Result<std::vector<StoredJob>> JobStore::load(std::vector<std::string>& refused) const {
  SLUICE_TRY(std::vector<DirectoryEntry> entries, env_.files->list(jobs_));
  std::vector<StoredJob> jobs;
  for (const DirectoryEntry& entry : entries) {
    if (!is_job_id(entry.name)) continue;
    auto defined = env_.files->exists(directory_of(entry.name) + "/definition");
    if (defined && !*defined) {  // The gateway ended before the job existed; its worker goes by itself.
      auto is_used = env_.files->is_locked(directory_of(entry.name) + "/lock");
      if (is_used && !*is_used) static_cast<void>(env_.files->remove_recursively(directory_of(entry.name)));
      continue;
    }
    auto job = read(entry.name);
    if (job) {
      jobs.push_back(*std::move(job));
    } else {
      refused.push_back(fmt::format("job `{}` cannot be read: {}", entry.name, job.error().message));
    }
  }
  std::ranges::sort(jobs, {}, [](const StoredJob& job) {
    return std::pair(job.definition.created_wall_ms, std::string_view(job.definition.id));
  });
  return jobs;
}

Status JobStore::replace(const std::string& directory, const std::string& name, const std::string& bytes) {
  std::string path = directory + "/" + name;
  {
    SLUICE_TRY(std::unique_ptr<WritableFile> file, env_.files->create(path + ".new"));
    SLUICE_DO(file->append(bytes));
    SLUICE_DO(file->sync());
  }
  SLUICE_DO(env_.files->rename(path + ".new", path));
  return env_.files->sync_directory(directory);
}

Status JobStore::prepare(const std::string& id) {
  SLUICE_DO(env_.files->create_directories(directory_of(id)));
  return env_.files->sync_directory(jobs_);
}

Status JobStore::create(const JobDefinition& definition) {
  SLUICE_TRY(bool is_prepared, env_.files->exists(directory_of(definition.id)));
  if (!is_prepared) SLUICE_DO(prepare(definition.id));
  return replace(directory_of(definition.id), "definition", encode_definition(definition));
}

Status JobStore::write(const std::string& id, const JobFate& fate) {
  return replace(directory_of(id), "fate", encode_fate(fate));
}

Status JobStore::remove(const std::string& id) { return env_.files->remove_recursively(directory_of(id)); }

}  // namespace sluice::gateway
