import type { Incoming, OwnChannel } from "../../src/channels/channel.ts";
import { CHANNELS } from "../../src/channels/channels.ts";
import type { About, Message } from "../../src/channels/message.ts";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import {
  OTHER_CONTACTS_FROM,
  type Channel as ChannelName,
  type Route,
} from "../../src/domain/contact/route.ts";
import { plain } from "../../src/texts/rich-text.ts";

/** A name that the product does not know. */
export const LETTERS = "letters" as ChannelName;

/** A letter that the desk has written, or a person. */
export interface Letter {
  box: number;
  number: number;
  text: string;
  files: string[];
  answers: number | null;
  /** What the desk writes on the envelope: the ticket, its subject, and the letter that was written last about it. */
  about: string | null;
}

/** Written by a person, as it comes to the channel's door. */
interface Written extends Letter {
  name: string;
  writtenAt: number;
}

/**
 * A channel of letters: people write into boxes, and find the answers there. It knows nothing of Telegram, and can do nothing
 * but bring letters: it copies, edits and takes back nothing, and shows no marks, buttons or reactions.
 */
export class LetterBoxes {
  readonly letters: Letter[] = [];
  /** Boxes that are nailed up. */
  readonly gone = new Set<number>();
  #last = 0;

  readonly channel: OwnChannel<Omit<Letter, "number">> = {
    send: (to, message, { answers, about }) => ({
      channel: LETTERS,
      does: {
        box: Number(to.address),
        text: message.text.text,
        files: (message.attachments ?? []).map(({ kind }) => kind),
        answers: answers?.messageId ?? null,
        about: envelopeOf(about?.() ?? null),
      },
    }),
    make: async (letter) => {
      if (this.gone.has(letter.box))
        return { kind: "refused", code: "client_gone", description: "the box is nailed up" };
      return { kind: "done", messages: [this.#put(letter).number] };
    },
    read: async (came) => incomingOf(came as Partial<Written>),
  };

  /** Makes the channel one of the desk's, as a row in `channels/channels.ts` would. */
  open(): this {
    (CHANNELS as Record<string, OwnChannel>)[LETTERS] = this.channel;
    return this;
  }

  close(): void {
    delete (CHANNELS as Record<string, OwnChannel>)[LETTERS];
  }

  /** What a person writes, as it comes to the channel's door. */
  writes(
    box: number,
    text: string,
    writtenAt: number,
    more: Partial<Pick<Letter, "files" | "answers">> = {},
  ): Written {
    const letter = this.#put({ box, text, files: [], answers: null, about: null, ...more });
    return { ...letter, name: `Box ${box}`, writtenAt };
  }

  /** What lies in a box, whoever wrote it. */
  in(box: number): Letter[] {
    return this.letters.filter((one) => one.box === box);
  }

  #put(letter: Omit<Letter, "number">): Letter {
    this.#last += 1;
    const put = { ...letter, number: this.#last };
    this.letters.push(put);
    return put;
  }
}

function envelopeOf(about: About | null): string | null {
  return about === null ? null : `${about.ref}: ${about.subject} (${about.latest})`;
}

export function boxRoute(box: number): Route {
  return { channel: LETTERS, address: String(box) };
}

/** The contact who has a box. */
export function ownerOf(box: number) {
  return contactId(OTHER_CONTACTS_FROM + box);
}

function incomingOf(came: Partial<Written>): Incoming | null {
  const { box, number, name = "", text = "", files = [], answers = null, writtenAt = 0 } = came;
  if (box === undefined || number === undefined || (text === "" && files.length === 0)) return null;
  const message: Message = {
    text: plain(text),
    ...(files.length === 0
      ? {}
      : {
          attachments: files.map((file) => ({
            kind: "photo" as const,
            file: `https://letters.example/${file}`,
          })),
        }),
  };
  return {
    contact: {
      id: ownerOf(box),
      name,
      username: null,
      language: "en",
      isPremium: false,
      route: boxRoute(box),
    },
    messageId: number,
    name: `letter-${number}`,
    sentAt: writtenAt,
    replyTo: answers,
    message,
  };
}
