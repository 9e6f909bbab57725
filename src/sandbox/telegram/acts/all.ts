import type * as z from "zod";
import { changingActs } from "./changing.ts";
import { chatActs } from "./chats.ts";
import { lookingActs } from "./looking.ts";
import { membershipActs } from "./membership.ts";
import { respondingActs } from "./responding.ts";
import { runningActs } from "./running.ts";
import { stageActs } from "./stage.ts";
import { topicActs } from "./topics.ts";
import { writingActs } from "./writing.ts";

export const acts = {
  ...stageActs,
  ...writingActs,
  ...changingActs,
  ...respondingActs,
  ...membershipActs,
  ...topicActs,
  ...chatActs,
  ...lookingActs,
  ...runningActs,
};

type Acts = typeof acts;
export type ActName = keyof Acts;
export type ActInput<Name extends ActName> = z.input<Acts[Name]["input"]>;
export type ActResult<Name extends ActName> = ReturnType<Acts[Name]["run"]>;
