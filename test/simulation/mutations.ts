/** A fault planted in the desk's own code: `find` stands there once, and `put` takes its place. */
export interface Mutation {
  /** What the desk does wrong. */
  name: string;
  /** Below src/. */
  file: string;
  find: string;
  put: string;
}

/** Faults at the dangerous lines. Each has to be found, by a law that it breaks. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: "a settled cause is not noted",
    file: "topic-group/arrivals/take.ts",
    find: "  tx.inbox.settle(`tg:${updateId}`, tx.now);\n  return",
    put: "  return",
  },
  {
    name: "a duplicate is taken for new",
    file: "topic-group/arrivals/take.ts",
    find: "if (relayed === undefined) return tx.inbox.known(",
    put: "if (relayed !== undefined) return false;\n  if (relayed === undefined) return tx.inbox.known(",
  },
  {
    name: "a new update is taken for a duplicate, one of fifty",
    file: "topic-group/arrivals/take.ts",
    find: "if (relayed === undefined) return tx.inbox.known(`tg:${updateId}`) !== undefined;",
    put: "if (relayed === undefined) return tx.inbox.known(`tg:${updateId}`) !== undefined || updateId % 50 === 7;",
  },
  {
    name: "what must not be repeated is repeated",
    file: "topic-group/conversation/relay-settle.ts",
    find: "if (!mustNotRepeat) return againLater",
    put: "if (mustNotRepeat || !mustNotRepeat) return againLater",
  },
  {
    name: "an attempt is not marked before the call",
    file: "topic-group/drain/job-rows.ts",
    find: "for (const row of carried) tx.messages.update(row, { attemptedAt });",
    put: "for (const row of carried) tx.messages.update(row, { attemptedAt: null });",
  },
  {
    name: "what a crash interrupted is not looked at",
    file: "topic-group/tables/messages.ts",
    find: "sql`${messages.attemptedAt} IS NOT NULL`))\n      .orderBy(asc(messages.seq))",
    put: "sql`${messages.attemptedAt} < 0`))\n      .orderBy(asc(messages.seq))",
  },
  {
    name: "an unknown outcome is taken for a delivery",
    file: "topic-group/conversation/relay-settle.ts",
    find: "      relayUncertain(tx, carried);\n      return GIVEN_UP;",
    put: "      for (const row of carried) tx.messages.done(row, null, tx.now);\n      return GIVEN_UP;",
  },
  {
    name: "a refusal by the customer's chat is not said",
    file: "topic-group/conversation/relay-settle.ts",
    find: "  tx.sign(first.ticket, first.messageId, NOT_DELIVERED, true);\n",
    put: "",
  },
  {
    name: "what is given up is not said",
    file: "topic-group/conversation/relay-settle.ts",
    find: "  for (const first of firstOfEach(rows)) {\n    const toCustomer",
    put: "  for (const first of firstOfEach([])) {\n    const toCustomer",
  },
  {
    name: "a deleted topic swallows what waits for it",
    file: "topic-group/conversation/relay-settle.ts",
    find: "      // Sent again into the new topic; should that one be refused too, the limit ends it.\n      return againLater(tx, carried, code, { at: tx.now, afterMs: 0, counts: true });",
    put: "      for (const row of carried) tx.messages.done(row, null, tx.now);\n      return OK;",
  },
  {
    name: "the newest goes first",
    file: "topic-group/tables/waits.ts",
    find: "message: message[0] ?? null,",
    put: "message: message.at(-1) ?? null,",
  },
  {
    name: "a note with an unseen beginning is let through",
    file: "telegram/slashed.ts",
    find: "const seen = withoutUnseenBeginning(text);",
    put: "const seen = text;",
  },
  {
    name: "an answer to a note is not held back",
    file: "topic-group/arrivals/held-back.ts",
    find: 'return !isTheirs || replied.state === "held" || replied.state === "dropped";',
    put: "return false;",
  },
  {
    name: "whoever writes in a topic is an agent",
    file: "topic-group/arrivals/staff-message.ts",
    find: "const agent = agentOrHint(tx, sender, ticket, topicId, writing);",
    put: "const agent = agentOrHint(tx, { ...sender, id: tx.rules.config.agents[0]!.telegramId }, ticket, topicId, writing);",
  },
  {
    name: "a topic leads to the ticket before it, one of ten",
    file: "topic-group/tables/tickets.ts",
    find: "const number = this.#topics.ticketOf(topicId);\n    return number === undefined ? undefined : this.get(number);",
    put: "const number = this.#topics.ticketOf(topicId);\n    return number === undefined ? undefined : this.get(number > 1 && number % 10 === 0 ? number - 1 : number);",
  },
  {
    name: "the record is taken for told before it is",
    file: "topic-group/drain/recorder.ts",
    find: '        ports.report("record", error);',
    put: '        ports.store(() => {\n          for (const { number, version } of pending.tickets) ports.tables.unrecorded.ticketRecorded(number, version);\n        });\n        ports.report("record", error);',
  },
  {
    name: "the record takes older facts for newer ones",
    file: "record/projection.ts",
    find: "(tickets.version, tickets.recorded_at) < (told.version, told.recorded_at)",
    put: "(-tickets.version, tickets.recorded_at) < (-told.version, told.recorded_at)",
  },
  {
    name: "what a peer says twice is done twice",
    file: "topic-group/topic-group.ts",
    find: "      if (tx.inbox.known(cause) !== undefined) return;\n      fromPeer",
    put: "      if (tx.inbox.known(cause) !== undefined) tx.now;\n      fromPeer",
  },
  {
    name: "a retry waits for ever",
    file: "topic-group/conversation/relay-settle.ts",
    find: "else tx.messages.update(row, { attempts, attemptedAt: null, notBefore: retry.at });",
    put: "else tx.messages.update(row, { attempts, attemptedAt: null, notBefore: retry.at * 2 });",
  },
  {
    name: "nothing is done after a start",
    file: "topic-group/tables/waits.ts",
    find: "    return [...this.#lanes.keys()];",
    put: "    return [];",
  },
  {
    name: "an album's last item is left behind",
    file: "topic-group/conversation/relay-call.ts",
    find: "if (rows.length > 1) return channel.copy?.(to, originals, topic) ?? null;",
    put: "if (rows.length > 1) return channel.copy?.(to, { ...originals, messageIds: originals.messageIds.slice(0, -1) }, topic) ?? null;",
  },
  {
    name: "an answer that an edit sends anew cannot be told to the home",
    file: "topic-group/arrivals/from-peer.ts",
    find: "        tx.copiedAnew(known, copyId);\n        continue;\n",
    put: "",
  },
  {
    name: "each start counts a try while Telegram is away",
    file: "topic-group/drain/performing.ts",
    find: "this.#answers.workedSince(failed?.at ?? 0)",
    put: "(failed === undefined || this.#answers.workedSince(failed.at))",
  },
  {
    name: "a deleted topic that its ticket has left is written to again and again",
    file: "topic-group/conversation/topic.ts",
    find: "const isHere = row.ticket.movedTo === null;",
    put: "const isHere = true;",
  },
  {
    name: "an agent's room is not looked at",
    file: "domain/routing/assignment.ts",
    find: 'if (open >= capacity) against.push({ why: "no_room", open, capacity });',
    put: 'if (open >= capacity + 50) against.push({ why: "no_room", open, capacity });',
  },
  {
    name: "skills are not looked at",
    file: "domain/routing/assignment.ts",
    find: 'if (missing.length > 0) against.push({ why: "lacks", skills: missing });',
    put: 'if (missing.length > 99) against.push({ why: "lacks", skills: missing });',
  },
  {
    name: "what time does is stamped when the desk looks",
    file: "domain/ticket/advance.ts",
    find: 'const at = Math.max(step.at, present.changedAt, step.kind === "moment" ? policy.sla.since : 0);',
    put: 'const at = step.kind === "moment" ? now : Math.max(step.at, present.changedAt);',
  },
  {
    name: "promises do not stand still while a ticket is over",
    file: "domain/sla/clocks.ts",
    find: 'if (is === "over") return [whileOver(phases, index)];',
    put: 'if (is === "over") return [];',
  },
  {
    name: "the group's minute has five calls more",
    file: "topic-group/drain/lane-rate.ts",
    find: "export const GROUP_RATE: RateRule = { calls: 20, perMs: 60_000 };",
    put: "export const GROUP_RATE: RateRule = { calls: 25, perMs: 60_000 };",
  },
  {
    name: "customers do not share the group's minute",
    file: "topic-group/drain/plan.ts",
    find: "if (shares.size === 0) return () => 0;",
    put: "if (shares.size >= 0) return () => 0;",
  },
  {
    name: "a slot is not given back",
    file: "topic-group/assigning/slots.ts",
    find: '    case "slot_released":\n      tx.agents.freeSlot(message.agent, message.ticketId, from);',
    put: '    case "slot_released":',
  },
  {
    name: "words are kept after their delivery",
    file: "topic-group/tables/messages.ts",
    find: "content: sql`CASE WHEN ${messages.content} ->> '$.forwarded' IS NOT NULL THEN ${FORWARDED} END`,",
    put: "content: sql`${messages.content}`,",
  },
  {
    name: "the alarm is not rolled back with the rows",
    file: "topic-group/topic-group.ts",
    find: "      this.wake.rewind(marks.wake);\n",
    put: "",
  },
];
