import { colorOf, initialsOf } from "../chat/words.ts";

export function Avatar({ id, name, isAway = false }: { id: number; name: string; isAway?: boolean }) {
  return (
    <span class={`avatar ${isAway ? "away" : ""}`} style={{ background: colorOf(id) }} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
