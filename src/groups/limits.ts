/** How long a group's object may take to tell how it is, to take a configuration, or to do what is due. */
export const GROUP_PATIENCE_MS = 5_000;
/** Groups that are asked at once. */
export const GROUPS_AT_ONCE_MAX = 50;
