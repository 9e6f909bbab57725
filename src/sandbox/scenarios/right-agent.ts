import { BusinessCalendar } from "../../domain/calendar/calendar.ts";
import { CalendarDocument } from "../../domain/config/config.ts";
import type { Customer, Member, SeenMessage } from "../telegram/client.ts";
import { UNKNOWN_TO_CRM } from "./crm.ts";
import type { Scenario } from "./scenario.ts";
import { textsOf, type OpenTicket, type Stage } from "./stage.ts";

const MINUTE_MS = 60_000;
/** How long it takes at most, however patiently people watch. */
const PLAY_MS = 30 * MINUTE_MS;
/** How long a billing ticket waits for the skill. */
const OVERRIDE_MS = 5 * MINUTE_MS;
/** Tickets that it gives the senior. */
const ROOM_NEEDED = 2;

export const rightAgent: Scenario = {
  id: "right-agent",
  title: "The right agent, and why",
  shows:
    "The CRM says who is premium, and who knows billing gets it; the CRM fails, and then nobody with the skill is there.",

  async play(stage) {
    if (stage.config.routing.enrichment === undefined) throw new Error("this desk asks no CRM");
    const senior = seniorOf(stage);
    await stage.crm.is("well");
    await comesToWork(stage, senior);

    const premium = await stage.customer({ isPremium: true });
    await stage.crm.says(premium.id, {
      ...UNKNOWN_TO_CRM,
      tier: "premium",
      category: "billing",
      reason: "Renews in December, 40 seats",
    });
    await premium.write("We were charged twice for November");
    const first = await stage.ticketOf(premium);
    await stage.until("the card has the tier that the CRM says", async () =>
      (await stage.cardIn(first.topicId))?.text?.includes("· tier premium"),
    );
    await stage.pause();

    await stage.until("the agent who knows billing has it", () => isGivenTo(stage, first, senior));
    const told = await stage.until("they are told in private who it is, and why them", async () =>
      privately(stage, senior, first).then((texts) => texts.find((text) => text.includes("Why you: "))),
    );
    stage.seen("that is what the CRM said", told.includes("premium; Renews in December, 40 seats"));
    stage.seen(
      "the customer reads nothing of it",
      (await stage.textsAt(premium)).every((text) => !/Why you|premium|Renews/.test(text)),
    );
    stage.seen(
      "nor does the group",
      (await stage.textsIn(first.topicId)).every((text) => !/Why you|Renews/.test(text)),
    );
    await senior.write(first.topicId, "I see both charges: one of them is on its way back to you.");
    await stage.until("the customer has the answer", async () =>
      (await stage.textsAt(premium)).find((text) => text.startsWith("I see both charges")),
    );
    await stage.pause();

    const unknown = await stage.customer();
    const second = await whileCrmIsDown(stage, async () => {
      await unknown.write("I need an invoice for March");
      const ticket = await stage.ticketOf(unknown);
      await pressBilling(stage, unknown);
      await stage.until("the CRM is down, and the ticket is handed out all the same", () =>
        isGivenTo(stage, ticket, senior),
      );
      return ticket;
    });
    await stage.pause();

    await senior.write(second.topicId, "/away");
    await stage.until("they are away", async () =>
      textsOf(await senior.messages({ threadId: second.topicId })).find((text) =>
        text.includes("You're away"),
      ),
    );
    const late = await stage.customer();
    await late.write("My card was declined");
    const third = await stage.ticketOf(late);
    await pressBilling(stage, late);
    await stage.until("it needs somebody who knows billing", async () =>
      (await stage.cardIn(third.topicId))?.text?.includes("needs billing"),
    );
    stage.seen("nobody who does is there: it waits", (await givenTo(stage, third)) === null);
    await stage.pause();

    await stage.pass(OVERRIDE_MS);
    const other = await stage.until("after five minutes the next available agent gets it", () =>
      givenTo(stage, third),
    );
    stage.seen("whatever they know", other !== senior.profile.first_name);
    await stage.pause();

    await senior.write(second.topicId, "/online");
    for (const [ticket, customer] of [
      [first, premium],
      [second, unknown],
      [third, late],
    ] as const) {
      await stage.lead.write(ticket.topicId, "/resolve");
      await stage.until(`${ticket.ref} is resolved`, async () =>
        (await stage.textsAt(customer)).find((text) => text.includes(`${ticket.ref} as resolved`)),
      );
    }
  },
};

/** The CRM is up again afterwards, even if the play is stopped. */
async function whileCrmIsDown<T>({ crm }: Stage, play: () => Promise<T>): Promise<T> {
  await crm.is("down");
  try {
    return await play();
  } finally {
    await crm.is("well");
  }
}

/** The agent with the highest billing skill. */
function seniorOf({ agents, config }: Stage): Member {
  const level = ({ id }: Member): number =>
    config.agents?.find(({ telegramId }) => telegramId === id)?.skills?.["billing"]?.level ?? 0;
  const [best] = [...agents].sort((a, b) => level(b) - level(a));
  if (best === undefined || level(best) === 0) throw new Error("nobody at this desk has the skill billing");
  return best;
}

/** An agent begins work: in the hours of their shift, with room for tickets, and the bot may write to them. */
async function comesToWork(stage: Stage, agent: Member): Promise<void> {
  const { now } = await stage.telegram.status();
  await stage.pass(workTime(stage, agent, now) - now);
  const { profile } = agent;
  await (await stage.telegram.customer({ id: agent.id, firstName: profile.first_name })).start();
  await agent.write(null, "/online");
  await stage.until("the agent who knows billing is at work", async () =>
    textsOf(await agent.messages({ threadId: null })).find((text) => text.includes("You're online")),
  );
  // Plays before this one may have left them no room.
  const capacity = stage.config.agents?.find(({ telegramId }) => telegramId === agent.id)?.capacity ?? 5;
  const theirs = (await stage.group.messages()).filter(
    (message) =>
      message.text?.includes(`Assignee: ${profile.first_name}`) === true && hasButton(message, "Resolve"),
  );
  const tooMany = Math.max(0, theirs.length + ROOM_NEEDED - capacity);
  for (const card of theirs.slice(0, tooMany)) await agent.press(card.message_id, { text: "Resolve" });
}

/** The next time at which an agent's shift is open for as long as the play takes. */
function workTime({ config }: Stage, { id }: Member, now: number): number {
  const shift = config.agents?.find(({ telegramId }) => telegramId === id)?.shift;
  const hours = config.calendars?.find((calendar) => calendar.id === shift);
  if (hours === undefined) return now;
  const calendar = BusinessCalendar.of(CalendarDocument.parse(hours));
  for (let at: number | null = now; at !== null;) {
    const { open, opens, closes } = calendar.openingAt(at);
    if (open && (closes === null || closes - at >= PLAY_MS)) return at;
    at = open ? closes : opens;
  }
  throw new Error("the shift of the agent who knows billing never begins");
}

/** Answers the desk's question what it is about. */
async function pressBilling(stage: Stage, customer: Customer): Promise<void> {
  const question = await stage.until("the customer is asked what it is about", async () =>
    (await customer.messages()).findLast((message) => hasButton(message, "Billing")),
  );
  await customer.press(question.message_id, { text: "Billing" });
}

function hasButton({ reply_markup: markup }: SeenMessage, words: string): boolean {
  return (markup?.inline_keyboard ?? []).flat().some(({ text }) => text === words);
}

/** Name of the agent whom the desk gave a ticket; null while it has no assignee. */
async function givenTo(stage: Stage, { topicId }: OpenTicket): Promise<string | null> {
  const told = (await stage.textsIn(topicId)).findLast((text) => text.includes(GIVEN));
  return told === undefined ? null : told.slice(told.indexOf(GIVEN) + GIVEN.length).replace(/\.$/, "");
}

const GIVEN = "Assigned automatically to ";

async function isGivenTo(stage: Stage, ticket: OpenTicket, { profile }: Member): Promise<boolean> {
  return (await givenTo(stage, ticket)) === profile.first_name;
}

/** What an agent reads of a ticket in their own chat with the bot. */
async function privately(stage: Stage, { id }: Member, { ref }: OpenTicket): Promise<string[]> {
  return textsOf(await stage.telegram.messages(id)).filter((text) => text.startsWith(ref));
}
