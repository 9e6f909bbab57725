import type { Topic } from "../../telegram/client.ts";
import { agent, thread } from "../model/scene.ts";
import { act } from "../model/telegram.ts";
import { chatMirror } from "../model/world.ts";
import { Menu, type MenuItem } from "../ui/menu.tsx";

interface TopicMenuProps {
  at: { x: number; y: number };
  chatId: number;
  topic: Topic | null;
  isAdmin: boolean;
  isAnonymous: boolean;
  onAnonymous: () => void;
  onClose: () => void;
}

export function TopicMenu({ at, chatId, topic, isAdmin, isAnonymous, onAnonymous, onClose }: TopicMenuProps) {
  const userId = agent.value;
  const here = { userId, chatId };
  const { general } = chatMirror(chatId)!.seen;
  const anonymous: MenuItem[] = isAdmin
    ? [{ words: "Remain anonymous", checked: isAnonymous, do: onAnonymous }]
    : [];
  const items: MenuItem[] =
    topic === null
      ? [
          ...anonymous,
          {
            words: general.isClosed ? "Reopen General" : "Close General",
            icon: "🔒",
            do: () => act("setGeneral", { ...here, closed: !general.isClosed }),
          },
        ]
      : [
          ...anonymous,
          topic.isClosed
            ? {
                words: "Reopen the topic",
                icon: "🔓",
                do: () => act("reopenTopic", { ...here, threadId: topic.id }),
              }
            : {
                words: "Close the topic",
                icon: "🔒",
                do: () => act("closeTopic", { ...here, threadId: topic.id }),
              },
          {
            words: "Rename the topic",
            icon: "✎",
            do: () =>
              act("editTopic", { ...here, threadId: topic.id, name: `${topic.name} (renamed by hand)` }),
          },
          {
            words: "Delete the topic",
            icon: "🗑",
            danger: true,
            do: async () => {
              if ((await act("deleteTopic", { ...here, threadId: topic.id })) !== null)
                thread.value = undefined;
            },
          },
        ];
  return <Menu at={at} label="Topic" items={items} onClose={onClose} />;
}
