/*
 * Telegram numbers the updates of a bot one by one, so a number that never came is an update that another program took,
 * or that was lost. It brings them out of order where a chat has to wait, and gives them up after a day [Bot API
 * server].
 */

/** An update that an object of ours has taken: its number, and when, in ms since 1970. */
export interface SeenUpdate {
  id: number;
  at: number;
}

/** What an object tells of the updates that it has taken; `mark`: where the next look goes on. */
export interface SeenSince {
  seen: SeenUpdate[];
  mark: number;
}

/** Numbers `from` to `to` that did not come, between two that came at `after` and `before`, in ms since 1970. */
export interface Hole {
  from: number;
  to: number;
  after: number;
  before: number;
}

/** How far the numbers were looked through, and what may still come. */
export interface UpdateLedger {
  /** Whose numbers they are. */
  bot: number;
  /** The highest number that was looked at; null: none has come since the ledger was begun. */
  id: number | null;
  /** When that came, or when the ledger was begun. */
  at: number;
  /** What came until this instant is known. */
  lookedAt: number;
  open: Hole[];
}

export interface Look {
  bot: number;
  /** Updates committed before this instant, and after the last look, are among `seen`, in whichever group. */
  askedAt: number;
  seen: readonly SeenUpdate[];
  /** Whether Telegram had nothing more to bring after `askedAt`. */
  quiet: boolean;
}

/** After a week without updates Telegram may begin anew anywhere [docs: Update]. */
const RESTART_AFTER_MS = 6 * 24 * 3_600_000;
/** Updates older than this may be forgotten: numbers not looked at by then are not judged. */
const LOOKED_AT_WITHIN_MS = 24 * 3_600_000;
/** Telegram gives an update up a day after it happened [Bot API server]; until then it may still come. */
const GIVEN_UP_AFTER_MS = 25 * 3_600_000;
/** Holes that are remembered while they may still be filled; the numbers behind them wait for the next look. */
const OPEN_MAX = 1_000;

/**
 * Looks at what came since the last look. `missing` did not come and will not: Telegram has nothing more to bring, or
 * has given it up.
 */
export function lookThrough(
  before: UpdateLedger | null,
  { bot, askedAt, seen, quiet }: Look,
): { ledger: UpdateLedger; missing: Hole[] } {
  const ordered = [...seen].sort((a, b) => a.id - b.id || a.at - b.at);
  const judged = ordered.filter(({ at }) => at <= askedAt);
  const begun: UpdateLedger = { bot, id: null, at: askedAt, lookedAt: askedAt, open: [] };
  // Numbers before that may be another bot's.
  if (before === null || before.bot !== bot || askedAt - before.lookedAt > LOOKED_AT_WITHIN_MS)
    return { ledger: begun, missing: [] };
  if (before.id === null || isAnew(before.at, judged)) {
    const highest = judged.findLast(({ at }) => at > before.at);
    const ledger = highest === undefined ? { ...before, lookedAt: askedAt } : { ...begun, ...highest };
    return { ledger, missing: [] };
  }
  const open = before.open.flatMap((hole) => without(hole, ordered));
  let last = { id: before.id, at: before.at };
  let lookedAt = askedAt;
  for (const { id, at } of judged) {
    if (id <= last.id) continue;
    if (id > last.id + 1) {
      if (open.length >= OPEN_MAX) {
        lookedAt = before.lookedAt;
        break;
      }
      const [after, until] = [Math.min(last.at, at), Math.max(last.at, at)];
      // What came only just now is not judged, but it came.
      open.push(...without({ from: last.id + 1, to: id - 1, after, before: until }, ordered));
    }
    last = { id, at };
  }
  const isOver = (hole: Hole): boolean => quiet || askedAt - hole.before > GIVEN_UP_AFTER_MS;
  return {
    ledger: { bot, ...last, lookedAt, open: open.filter((hole) => !isOver(hole)) },
    missing: open.filter(isOver),
  };
}

/** Whether it was quiet for so long that the numbers may have begun anew. */
function isAnew(at: number, judged: readonly SeenUpdate[]): boolean {
  let next = Infinity;
  for (const one of judged) if (one.at > at) next = Math.min(next, one.at);
  return next !== Infinity && next - at >= RESTART_AFTER_MS;
}

/** What is left of a hole once late updates have come. */
function without(hole: Hole, ordered: readonly SeenUpdate[]): Hole[] {
  const left: Hole[] = [];
  let from = hole.from;
  for (const { id } of ordered) {
    if (id < from || id > hole.to) continue;
    if (id > from) left.push({ ...hole, from, to: id - 1 });
    from = id + 1;
  }
  if (from <= hole.to) left.push({ ...hole, from });
  return left;
}
