// A client that knows nothing of Sluice: it asks the server by reflection what there is, and calls a method with
// messages made from the descriptors that it was given. Prints the health, the services and the answer.
//
//   foreign_client HOST:PORT
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "foreign_client: %s\n", why.c_str());
  std::exit(1);
}

std::string bytes_of(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) give_up("no bytes");
  std::string out;
  for (const grpc::Slice& slice : slices) out.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return out;
}

grpc::ByteBuffer buffer_of(const std::string& bytes) {
  grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

// One request, one answer; works for unary methods and for streams that answer once.
std::string call(grpc::GenericStub& stub, const std::string& method, const std::string& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  grpc::CompletionQueue queue;
  auto step = [&] {
    void* tag = nullptr;
    bool ok = false;
    if (!queue.Next(&tag, &ok) || !ok) give_up("the call of " + method + " broke off");
  };
  auto stream = stub.PrepareCall(&context, method, &queue);
  stream->StartCall(nullptr);
  step();
  stream->Write(buffer_of(request), nullptr);
  step();
  grpc::ByteBuffer answer;
  stream->Read(&answer, nullptr);
  step();
  stream->WritesDone(nullptr);
  step();
  grpc::Status status;
  stream->Finish(&status, nullptr);
  step();
  if (!status.ok()) give_up(method + ": " + status.error_message());
  return bytes_of(answer);
}

// The length-delimited fields with this number.
std::vector<std::string> fields(const std::string& message, int number) {
  UnknownFieldSet set;
  if (!set.ParseFromString(message)) give_up("an answer is no message");
  std::vector<std::string> out;
  for (int i = 0; i < set.field_count(); ++i) {
    const UnknownField& field = set.field(i);
    if (field.number() == number && field.type() == UnknownField::TYPE_LENGTH_DELIMITED) {
      out.push_back(field.length_delimited());
    }
  }
  return out;
}

std::string field(int number, const std::string& value) {
  UnknownFieldSet set;
  set.AddLengthDelimited(number, value);
  std::string out;
  if (!set.SerializeToString(&out)) give_up("a request cannot be written");
  return out;
}

// grpc.reflection.v1alpha.ServerReflectionRequest: 4 file_containing_symbol, 7 list_services; its response has the
// files in 4.1 and the services in 6.1.1.
constexpr const char* kReflection = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

void print_services(grpc::GenericStub& stub) {
  for (const std::string& list : fields(call(stub, kReflection, field(7, "*")), 6)) {
    for (const std::string& service : fields(list, 1)) {
      std::printf("service %s\n", fields(service, 1).at(0).c_str());
    }
  }
}

void print_job_list(grpc::GenericStub& stub) {
  google::protobuf::DescriptorPool pool(google::protobuf::DescriptorPool::generated_pool());
  for (const std::string& answer : fields(call(stub, kReflection, field(4, "sluice.v1.Jobs")), 4)) {
    std::vector<std::string> files = fields(answer, 1);
    for (auto file = files.rbegin(); file != files.rend(); ++file) {  // What is imported comes behind.
      google::protobuf::FileDescriptorProto descriptor;
      if (!descriptor.ParseFromString(*file)) give_up("a descriptor cannot be read");
      if (pool.FindFileByName(descriptor.name()) == nullptr) pool.BuildFile(descriptor);
    }
  }
  const auto* service = pool.FindServiceByName("sluice.v1.Jobs");
  const auto* method = service == nullptr ? nullptr : service->FindMethodByName("ListJobs");
  if (method == nullptr) give_up("the descriptors have no sluice.v1.Jobs.ListJobs");
  google::protobuf::DynamicMessageFactory factory(&pool);
  std::unique_ptr<google::protobuf::Message> response(factory.GetPrototype(method->output_type())->New());
  if (!response->ParseFromString(call(stub, "/sluice.v1.Jobs/ListJobs", ""))) give_up("ListJobs answers nonsense");
  std::printf("%s", response->DebugString().c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) give_up("usage: foreign_client HOST:PORT");
  // Descriptors that this program has itself: what every protobuf program has.
  static_cast<void>(google::protobuf::FileDescriptorProto::descriptor());
  grpc::GenericStub stub(grpc::CreateChannel(argv[1], grpc::InsecureChannelCredentials()));
  // grpc.health.v1.HealthCheckResponse: 1 status, 1 is SERVING.
  bool is_serving = call(stub, "/grpc.health.v1.Health/Check", "") == std::string("\x08\x01");
  std::printf("health %s\n", is_serving ? "SERVING" : "not serving");
  print_services(stub);
  print_job_list(stub);
  return 0;
}
