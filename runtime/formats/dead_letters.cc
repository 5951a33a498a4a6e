#include "runtime/formats/dead_letters.h"

#include "base/base64.h"
#include "catalog/types/text_form.h"
#include "catalog/types/time_math.h"
#include "runtime/formats/json/text.h"

namespace sluice::runtime {
namespace {

void append_bytes(std::string_view bytes, std::string& out) {
  if (bytes.data() == nullptr) {
    out += "null";
  } else {
    out += '"' + to_base64(bytes) + '"';
  }
}

}  // namespace

void append_letter(const DeadLetter& letter, std::string& out) {
  char time[kTextMax];
  out += "{\"time\":\"";
  out.append(time, write_iso_instant(time, {letter.time_ms, 0, 0}));
  out += "\",\"source\":";
  json::write_json_string(letter.origin.source, out);
  fmt::format_to(std::back_inserter(out),
                 ",\"partition\":{},\"offset\":{},\"fault\":\"{}\",\"reason\":", letter.origin.partition,
                 letter.origin.offset, name_of(letter.fault));
  json::write_json_string(letter.reason, out);
  out += ",\"key\":";
  append_bytes(letter.key, out);
  out += ",\"value\":";
  append_bytes(letter.value, out);
  out += '}';
}

void DeadLetterFile::add(const DeadLetter& letter) {
  std::lock_guard lock(mutex_);
  append_letter(letter, lines_);
  lines_ += '\n';
}

void DeadLetterFile::flush(std::function<void(Status)> done) {
  env_.executor->submit(Executor::Pool::Io,
                        [self = shared_from_this(), done = std::move(done)] { done(self->write()); });
}

Status DeadLetterFile::write() {
  std::lock_guard writing(file_mutex_);
  std::string lines;
  {
    std::lock_guard lock(mutex_);
    lines.swap(lines_);
  }
  if (lines.empty()) return Done{};
  if (file_ == nullptr) {
    SLUICE_DO(env_.files->create_directories(directory_));
    SLUICE_TRY(file_, env_.files->append(directory_ + "/" + name_));
    SLUICE_DO(env_.files->sync_directory(directory_));
  }
  SLUICE_DO(file_->append(lines));
  return file_->sync();
}

}  // namespace sluice::runtime
