import type { Config } from "./config.ts";

/** The zone in which the desk tells people times: that of its first calendar. */
export function zoneOf({ calendars }: Config): string {
  return calendars[0]?.timeZone ?? "UTC";
}
