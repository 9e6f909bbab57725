/** A link to a topic of a private supergroup, `t.me/c/<id without -100>/<topic>`; null where there is none. */
export function topicUrl(chatId: number, topicId: number | null): string | null {
  const internal = /^-100(\d+)$/.exec(String(chatId))?.[1];
  return topicId === null || internal === undefined ? null : `https://t.me/c/${internal}/${topicId}`;
}
