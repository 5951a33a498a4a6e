#include "gateway/jobs/job_state.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace sluice::gateway {
namespace {

std::vector<JobState> all_states() {
  std::vector<JobState> states;
  for (uint8_t i = 0; i <= static_cast<uint8_t>(kLastJobState); ++i) states.push_back(static_cast<JobState>(i));
  return states;
}

TEST(JobState, EveryStateHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  for (JobState state : all_states()) words.insert(text_of(state));
  EXPECT_EQ(words.size(), all_states().size());
  EXPECT_EQ(text_of(JobState::RunningEmpty), "running-empty");
}

TEST(JobState, NothingFollowsATerminalState) {
  for (JobState from : all_states()) {
    for (JobState to : all_states()) {
      if (is_terminal(from)) EXPECT_FALSE(may_follow(from, to)) << text_of(from) << " -> " << text_of(to);
    }
  }
}

TEST(JobState, NothingBecomesCreatedAgainAndNoStateFollowsItself) {
  for (JobState state : all_states()) {
    EXPECT_FALSE(may_follow(state, JobState::Created));
    EXPECT_FALSE(may_follow(state, state));
  }
}

TEST(JobState, EveryStateLeadsToEveryEnding) {
  for (JobState from : all_states()) {
    for (JobState to : all_states()) {
      if (!is_terminal(from) && is_terminal(to)) EXPECT_TRUE(may_follow(from, to));
    }
  }
}

}  // namespace
}  // namespace sluice::gateway
