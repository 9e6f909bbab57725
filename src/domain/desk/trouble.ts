/** What keeps the staff group's lane from working until people mend it. */
export type Trouble = "bot.cannot_manage_topics" | "group.not_a_forum" | "group.gone" | "bot.token_refused";
