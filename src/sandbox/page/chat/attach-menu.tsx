import { useRef, useState } from "preact/hooks";
import type { MessageContent } from "../../telegram/client.ts";
import { act } from "../model/telegram.ts";
import { Icon } from "../ui/icon.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { sendFiles, type Where } from "./uploads.ts";

const BERLIN = { latitude: 52.5219, longitude: 13.4132 };

/** Made-up things to send, each one press away. */
const SAMPLES: readonly { words: string; icon: string; content: MessageContent }[] = [
  { words: "Photo", icon: "🖼", content: { photo: {}, caption: "A photo" } },
  { words: "Video", icon: "🎬", content: { video: { duration: 12 } } },
  { words: "GIF", icon: "🎞", content: { animation: {} } },
  { words: "Voice message", icon: "🎤", content: { voice: { duration: 7 } } },
  { words: "Video message", icon: "📹", content: { videoNote: { duration: 5 } } },
  {
    words: "Document",
    icon: "📎",
    content: { document: { fileName: "invoice.pdf", mimeType: "application/pdf", size: 182_300 } },
  },
  {
    words: "Music",
    icon: "🎵",
    content: { audio: { title: "Hold music", performer: "The Queue", duration: 184 } },
  },
  { words: "Sticker", icon: "👍", content: { sticker: { emoji: "👍" } } },
  { words: "Location", icon: "📍", content: { location: BERLIN } },
  { words: "Live location", icon: "🛰", content: { location: { ...BERLIN, livePeriod: 900 } } },
  {
    words: "Contact",
    icon: "👤",
    content: { contact: { phoneNumber: "+49 30 1234567", firstName: "Konrad" } },
  },
  {
    words: "Poll",
    icon: "📊",
    content: { poll: { question: "When may we call?", options: ["Morning", "Afternoon"], anonymous: false } },
  },
  { words: "Dice", icon: "🎲", content: { dice: {} } },
];

export function AttachMenu({ where, onSent }: { where: Where; onSent: () => void }) {
  const [at, open] = useState<{ x: number; y: number } | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const send = async (content: MessageContent): Promise<void> => {
    if ((await act("write", { ...where, ...content })) !== null) onSent();
  };
  const sendAlbum = async (): Promise<void> => {
    const items = [
      { photo: {}, caption: "Three pictures" },
      { photo: { width: 600, height: 800 } },
      { photo: {} },
    ];
    if ((await act("writeAlbum", { ...where, items })) !== null) onSent();
  };
  const items: MenuItem[] = [
    { words: "From this computer …", icon: "⬆", do: () => picker.current?.click() },
    { words: "Album of three", icon: "🏞", do: () => void sendAlbum() },
    ...SAMPLES.map(({ words, icon, content }) => ({ words, icon, do: () => void send(content) })),
  ];
  return (
    <>
      <button
        type="button"
        class="icon-button attach"
        aria-label="Attach"
        aria-haspopup="menu"
        onClick={({ currentTarget }) => {
          const { left, top } = currentTarget.getBoundingClientRect();
          open({ x: left, y: top - 480 });
        }}
      >
        <Icon name="attach" />
      </button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label="Files to send"
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = "";
          void sendFiles(files, where).then((isDone) => isDone && onSent());
        }}
      />
      {at !== null && <Menu at={at} items={items} label="Attach" onClose={() => open(null)} />}
    </>
  );
}
