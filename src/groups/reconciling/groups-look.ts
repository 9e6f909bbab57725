import {
  RIGHTS_NEEDED,
  type Finding,
  type GroupFindings,
  type StaffChat,
} from "../../domain/desk/reconciliation.ts";
import { botIdOf } from "../../telegram/api.ts";
import { staffChatOf } from "../../telegram/staff-chat.ts";
import { askGroup, onSubject } from "../ask.ts";
import type { Look } from "./look.ts";

/** What of a group is as it should not be; `heard`: the number under which its object answered some of it. */
export interface GroupSeen {
  group: string;
  findings: Finding[];
  heard: number | null;
}

/** Looks at every staff group at Telegram, tells its object, and hears what that has noticed. */
export async function lookAtGroups(look: Look): Promise<GroupSeen[]> {
  return Promise.all(look.groups.map((group) => lookAt(look, group)));
}

/** Once their findings are kept: until they hear that, the objects answer them again. */
export async function thankGroups({ env }: Look, seen: readonly GroupSeen[]): Promise<void> {
  await Promise.all(
    seen.flatMap(({ group, heard }) =>
      heard === null
        ? []
        : [
            askGroup(env, group, (stub) =>
              onSubject(stub.reconciliation(), (reconciliation) => reconciliation.ackFindings(heard)),
            ),
          ],
    ),
  );
}

async function lookAt({ env, config, bot, webhook }: Look, group: string): Promise<GroupSeen> {
  const { chatId } = config.groups.find(({ id }) => id === group)!;
  const chat = await staffChatOf(bot, chatId, botIdOf(env.BOT_TOKEN), RIGHTS_NEEDED);
  // While Telegram has something to bring, an echo may be among it.
  const quiet = webhook?.pending === 0;
  const asked = await askGroup(env, group, (stub) =>
    onSubject(stub.reconciliation(), (reconciliation) => reconciliation.reportGroupState(chat, quiet)),
  );
  const noticed = "answer" in asked ? asked.answer : null;
  const findings = [
    ...(chat === null ? [] : seen(group, chat, noticed?.strayed ?? 0)),
    ...(noticed === null ? [] : foundByItself(group, noticed)),
  ];
  return { group, findings, heard: noticed?.id ?? null };
}

function seen(group: string, { member, forum, lacks }: StaffChat, copies: number): Finding[] {
  if (!member) return [{ kind: "group.gone", group, mended: false }];
  return [
    ...(forum ? [] : [{ kind: "group.not_a_forum", group, copies, mended: false } as const]),
    ...(lacks.length === 0
      ? []
      : [{ kind: "group.rights_missing", group, rights: lacks, mended: false } as const]),
  ];
}

function foundByItself(group: string, noticed: GroupFindings): Finding[] {
  const { unechoed, foreign, lostTopics, lostCards } = noticed;
  const findings: Finding[] = [];
  if (unechoed !== null) findings.push({ kind: "echoes.missing", group, ...unechoed, mended: false });
  if (foreign !== null) findings.push({ kind: "echoes.foreign", group, ...foreign, mended: false });
  if (lostTopics.length > 0) findings.push({ kind: "topics.lost", group, tickets: lostTopics, mended: true });
  if (lostCards.length > 0) findings.push({ kind: "cards.lost", group, tickets: lostCards, mended: true });
  return findings;
}
