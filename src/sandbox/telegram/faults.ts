import type { Fault, FaultSettings } from "./state.ts";
import type { World } from "./world.ts";

/** What becomes of a call: what it is answered instead, if anything, and how the answer travels. */
export interface Strike {
  delayMs: number;
  fault: Fault | null;
}

export function addFault(world: World, settings: FaultSettings): Fault {
  const fault: Fault = { ...settings, id: world.count("fault") };
  world.state.faults.push(fault);
  return fault;
}

export function isDown(world: World): boolean {
  return world.state.faults.some((fault) => fault.effect === "down");
}

/** Slowness adds to every other fault; of those the first one applies. */
export function strike(world: World, method: string, chatId: number | null): Strike {
  let delayMs = 0;
  let struck: Fault | null = null;
  for (const fault of world.state.faults.filter((each) => matches(each, method, chatId))) {
    if (fault.effect !== "slow" && struck) continue;
    if (fault.after !== undefined && fault.after > 0) {
      fault.after -= 1;
      continue;
    }
    if (fault.times !== undefined) fault.times -= 1;
    if (fault.effect === "slow") delayMs += slowness(world, fault);
    else struck = { ...fault };
  }
  world.state.faults = world.state.faults.filter((fault) => fault.times === undefined || fault.times > 0);
  return { delayMs, fault: struck };
}

/** Dice are rolled only where they decide something: worlds without `upTo` stay as they were. */
function slowness(world: World, { ms, upTo }: { ms: number; upTo?: number | undefined }): number {
  return upTo === undefined || upTo <= ms ? ms : ms + Math.floor(world.random() * (upTo - ms + 1));
}

function matches(fault: Fault, method: string, chatId: number | null): boolean {
  const named = fault.methods?.some((each) => each.toLowerCase() === method.toLowerCase()) ?? true;
  return named && (fault.chatId === undefined || fault.chatId === chatId);
}
