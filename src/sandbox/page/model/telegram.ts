import type { ActInput, ActName, ActResult } from "../../telegram/acts/all.ts";
import type { SeenMessage } from "../../telegram/client.ts";
import { Control, type Travelled } from "../../telegram/client/control.ts";
import { notify } from "./toasts.ts";
import { sandboxToken } from "./token.ts";

const control = new Control(`${location.origin}/control`, () => sandboxToken());

/** The sandbox's Telegram, as the page uses it. */
export const telegram = {
  chats: () => control.act("chats", {}),
  users: () => control.act("users", {}),
  calls: (filter: ActInput<"calls">) => control.act("calls", filter),
  messages: (chatId: number, where: { asUserId?: number } = {}): Promise<SeenMessage[]> =>
    control.act("messages", { chatId, ...where }),
  commands: (userId: number, chatId: number) => control.act("commands", { userId, chatId }),
  file: (fileId: string) => control.act("file", { fileId }),
  updates: () => control.act("updates", {}),
  budgetLeft: (chatId: number) => control.act("budgetLeft", { chatId }),
  status: () => control.command("status", {}),
  group: async (chatId: number) => {
    const [members, topics] = await Promise.all([
      control.act("members", { chatId }),
      control.act("topics", { chatId }),
    ]);
    return { members, topics };
  },
};

/** Something that a person does. What Telegram would not let them do is shown, and answered null. */
export async function act<Name extends ActName>(
  name: Name,
  input: ActInput<Name>,
): Promise<Travelled<ActResult<Name>> | null> {
  try {
    return await control.act(name, input);
  } catch (error) {
    notify(sentence((error as Error).message), "refused");
    return null;
  }
}

/** "write: a text has …" reads "A text has …". */
function sentence(message: string): string {
  const bare = message.replace(/^[a-z]\w*: /, "");
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}
