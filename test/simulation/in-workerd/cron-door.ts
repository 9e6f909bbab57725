/** Where the platform's minute comes in: nothing else strikes it here. */
export const CRON_DOOR = "/simulated/cron";
