import { albumAndEdits } from "./album-and-edits.ts";
import { customerBlocks } from "./customer-blocks.ts";
import { firstContact } from "./first-contact.ts";
import { fortyMessages } from "./forty-messages.ts";
import { promiseBroken } from "./promise-broken.ts";
import { rightAgent } from "./right-agent.ts";
import type { Scenario } from "./scenario.ts";
import { topicDeleted } from "./topic-deleted.ts";
import { twoAgentsClaim } from "./two-agents-claim.ts";

/** Every scenario, in the order in which the page offers them. */
export const scenarios: readonly Scenario[] = [
  firstContact,
  albumAndEdits,
  twoAgentsClaim,
  topicDeleted,
  fortyMessages,
  customerBlocks,
  promiseBroken,
  rightAgent,
];
