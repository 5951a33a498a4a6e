#include "grammar/build/tree_parser.h"

#include "grammar/build/token_stream.h"

namespace sluice::grammar {
namespace {

// ANTLR's own strategy looks ahead at every decision in order to repair. We never repair inside a statement, and that
// looking ahead is what a cold parser would spend its time on. So the first pass stops at the first token that does
// not fit; only then a second pass collects what would have fitted there.
class StopAtFirstError final : public antlr4::DefaultErrorStrategy {
 public:
  std::optional<size_t> collect_at;  // The token for which the second pass collects.
  std::set<TokenKind> expected;
  size_t failed_at = 0;

  void sync(antlr4::Parser* parser) override {
    if (collect_at && parser->getTokenStream()->index() == *collect_at) collect(parser);
  }
  antlr4::Token* recoverInline(antlr4::Parser* parser) override {
    stop(parser, parser->getTokenStream()->index());
    return nullptr;
  }
  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& error) override {
    stop(parser, error.getOffendingToken()->getTokenIndex());
  }
  void recover(antlr4::Parser* parser, std::exception_ptr) override { stop(parser, parser->getTokenStream()->index()); }
  void reportMatch(antlr4::Parser*) override {}

 private:
  void collect(antlr4::Parser* parser) {
    for (ssize_t type : parser->getExpectedTokens().toList()) {
      expected.insert(type < 0 ? TokenKind::End : static_cast<TokenKind>(type));
    }
  }
  [[noreturn]] void stop(antlr4::Parser* parser, size_t token) {
    failed_at = token;
    if (collect_at) collect(parser);
    throw antlr4::ParseCancellationException();
  }
};

enum class Mode { Sll, Ll, CollectExpected };

}  // namespace

TreeParser::TreeParser() = default;
TreeParser::~TreeParser() = default;

bool TreeParser::parse_with(std::span<const Token> tokens, const std::function<void(SluiceParser&)>& run,
                            Mismatch& mismatch) {
  auto strategy = std::make_shared<StopAtFirstError>();
  auto stream = std::make_unique<StatementTokens>(tokens);
  if (!parser_) {
    parser_ = std::make_unique<SluiceParser>(stream.get());
    parser_->removeErrorListeners();
  } else {
    parser_->setTokenStream(stream.get());  // Drops the previous tree.
  }
  stream_ = std::move(stream);
  parser_->setErrorHandler(strategy);
  for (Mode mode : {Mode::Sll, Mode::Ll, Mode::CollectExpected}) {
    if (mode == Mode::CollectExpected) strategy->collect_at = strategy->failed_at;
    bool ll = mode != Mode::Sll;
    parser_->getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
        ll ? antlr4::atn::PredictionMode::LL : antlr4::atn::PredictionMode::SLL);
    try {
      run(*parser_);
      return true;
    } catch (const antlr4::ParseCancellationException&) {
      parser_->reset();
    }
  }
  mismatch.token = strategy->failed_at;
  mismatch.expected = std::move(strategy->expected);
  return false;
}

}  // namespace sluice::grammar
