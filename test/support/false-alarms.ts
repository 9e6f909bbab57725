import type { Stage } from "./stage.ts";

/** What a look at updates and echoes says is missing or foreign, where nothing is. */
export async function falseAlarms(stage: Stage): Promise<string[]> {
  // No full minute, so that a promise to the minute is the same some seconds later.
  await stage.pass(70_000);
  const answer = await stage.api("POST", "/api/v1/reconciliation");
  // A look that did not happen would find nothing, too.
  if (answer.status !== 200) throw new Error(await answer.text());
  const { findings } = await answer.json<{ findings: { kind: string; details: unknown }[] }>();
  await stage.settle();
  return findings.filter(({ kind }) => /^(updates|echoes)\./.test(kind)).map((one) => JSON.stringify(one));
}
