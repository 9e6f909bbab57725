/** The kinds of updates that the desk listens to; reactions and members come only if they are named. */
export const UPDATE_KINDS = [
  "message",
  "edited_message",
  "callback_query",
  "message_reaction",
  "my_chat_member",
  "chat_member",
];
