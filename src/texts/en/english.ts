/** English: another language is a module with the same. */

export * from "./card.ts";
export * from "./commands.ts";
export * from "./findings.ts";
export * from "./notices.ts";
export * from "./profile.ts";
export * from "./promises.ts";
export * from "./reasons.ts";
export * from "./receipt.ts";
export * from "./routing.ts";
export * from "./systems.ts";
export * from "./when.ts";
export * from "./words.ts";
