/**
 * The runtime's lines for an endpoint that hangs up, or an object that is thrown away during a call. The tests assert
 * how the desk copes; hundreds of such lines would hide a real one.
 */
const LOST = /^(uncaught )?exception[;:= ].*(disconnected:|Network connection lost)/;
/** Several may come at once, each with its addresses below it. */
const isLost = (text: string): boolean =>
  text.split("\n").every((line) => line === "" || line.startsWith("stack:") || LOST.test(line)) &&
  /\S/.test(text);

/** Keeps the runtime's lines about connections that scenes break on purpose off the screen, and says how many there were. */
export function hideLostConnections(): void {
  if (process.env["SHOW_LOST_CONNECTIONS"] !== undefined) return;
  let hidden = 0;
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (chunk: string | Uint8Array, ...rest: never[]) => {
    if (typeof chunk !== "string" || !isLost(chunk)) return write(chunk, ...rest);
    hidden += 1;
    return true;
  };
  process.once("exit", () => {
    if (hidden > 0) {
      write(`${hidden} lost connections are not shown; SHOW_LOST_CONNECTIONS=1 shows them\n`);
    }
  });
}
