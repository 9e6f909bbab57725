import { signingSecret, SKILLS_ENDPOINT } from "../domain/desk/signing-secret.ts";
import { SKILLS_ANSWER_BYTES_MAX } from "../domain/limits.ts";
import { skillTableOf, type SkillTable } from "../domain/team/skill-table.ts";
import { askForJson, failed, type EnrichmentFailure, type EnrichmentSender } from "./enrichment-call.ts";
import { signedHeaders } from "./signature.ts";

/** Asks an outside system what agents can do; `group` is the one that asks. */
export interface SkillsCall {
  skills: true;
  url: string;
  /** The same over all tries. */
  id: string;
  /** In ms since 1970. */
  at: number;
  timeoutMs: number;
  /** The version of the configuration since which this service is asked. */
  source: number;
  group: string;
  agents: readonly number[];
}

export type SkillsResult = { kind: "answer"; table: SkillTable; latencyMs: number } | EnrichmentFailure;

/** One try, on the same terms as enrichment. Never throws. */
export async function askSkills(
  call: SkillsCall,
  { rootSecret, allowLoopback }: EnrichmentSender,
): Promise<SkillsResult> {
  if (rootSecret === "") return failed("no_secret", { why: "no_secret" }, 0);
  const { id, at, url, timeoutMs, group, agents } = call;
  const body = JSON.stringify({
    type: "skills.requested",
    timestamp: new Date(at).toISOString(),
    data: { group, agents },
  });
  const secret = await signingSecret(rootSecret, SKILLS_ENDPOINT);
  const headers = {
    accept: "application/json",
    ...(await signedHeaders([secret], id, body)),
  };
  const answerBytesMax = SKILLS_ANSWER_BYTES_MAX;
  const answer = await askForJson({ url, headers, body, timeoutMs, answerBytesMax }, allowLoopback);
  if (answer.kind === "failed") return answer;
  const read = skillTableOf(answer.value, at + answer.latencyMs);
  if ("problems" in read) return failed("invalid", { why: "invalid", ...read }, answer.latencyMs);
  return { kind: "answer", ...read, latencyMs: answer.latencyMs };
}
