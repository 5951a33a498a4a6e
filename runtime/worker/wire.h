#pragma once
// Between the messages of worker.proto and the structs of the runtime. What is read may come from anywhere: numbers out
// of range are refused or brought into range.
#include "catalog/types/type.h"
#include "runtime/worker/worker_report.h"
#include "worker.pb.h"

namespace sluice::runtime {

namespace wire = ::sluice::worker;

inline constexpr uint32_t kWorkerProtocol = 1;

void write_error(const Error& error, wire::Error& out);
Error read_error(const wire::Error& in);

void write_report(const WorkerReport& report, wire::JobReport& out);
Result<WorkerReport> read_report(const wire::JobReport& in);

void write_columns(const RowSchema& columns, wire::Welcome& out);
Result<RowSchema> read_columns(const wire::Welcome& in);

}  // namespace sluice::runtime
