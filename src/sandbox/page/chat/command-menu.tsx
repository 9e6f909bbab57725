import type { BotCommand } from "grammy/types";

interface CommandMenuProps {
  id: string;
  commands: readonly BotCommand[];
  chosen: number;
  onChoose: (command: string) => void;
}

/** The bot's commands, as Telegram lists them behind a slash. */
export function CommandMenu({ id, commands, chosen, onChoose }: CommandMenuProps) {
  return (
    <ul class="command-menu" role="listbox" id={id} aria-label="The bot's commands">
      {commands.map(({ command, description }, index) => (
        <li
          key={command}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(command)}
        >
          <b>/{command}</b>
          <span class="dim">{description}</span>
        </li>
      ))}
    </ul>
  );
}
