#pragma once
// A script's or a result's events as messages on a gRPC stream. Writing blocks while the client does not read, by
// HTTP/2's flow control, and that pauses the job.
#include <grpcpp/server_context.h>
#include <grpcpp/support/sync_stream.h>

#include "gateway/proto/job_codec.h"
#include "gateway/proto/row_codec.h"
#include "gateway/session/session.h"

namespace sluice::gateway {

// Event is ExecuteEvent or ResultEvent, which name the same things alike.
template <class Event, class Base>
class StreamListener : public Base {
 public:
  StreamListener(grpc::ServerContext& context, grpc::ServerWriter<Event>& writer)
      : context_(context), writer_(writer) {}

  bool is_gone() const override { return context_.IsCancelled(); }

  bool on_job_started(const JobView& job, const RowSchema& columns, bool is_read) override {
    Event event;
    encode_job(job, *event.mutable_job_started()->mutable_job());
    encode_columns(columns, *event.mutable_job_started()->mutable_columns());
    event.mutable_job_started()->set_time_zone(job.definition->time_zone);
    event.mutable_job_started()->set_is_read(is_read);
    return write(event);
  }

  bool on_changes(const runtime::ResultRows& rows) override {
    Event event;
    v1::Changes& changes = *event.mutable_changes();
    changes.set_position(rows.position);
    changes.set_subtask(rows.subtask);
    for (const runtime::TableChange& change : rows.changes) {
      v1::Change& out = *changes.add_changes();
      out.set_kind(encode_kind(change.kind));
      encode_values(change.row, *out.mutable_values());
    }
    return write(event);
  }

  bool on_restarted(const runtime::ResultRestarted& restarted) override {
    Event event;
    event.mutable_restarted()->set_position(restarted.position);
    for (uint64_t kept : restarted.kept) event.mutable_restarted()->add_kept(kept);
    return write(event);
  }

  bool on_job_ended(const JobView& job) override {
    Event event;
    encode_job(job, *event.mutable_job_ended());
    return write(event);
  }

 protected:
  bool write(const Event& event) { return writer_.Write(event); }

 private:
  grpc::ServerContext& context_;
  grpc::ServerWriter<Event>& writer_;
};

}  // namespace sluice::gateway
