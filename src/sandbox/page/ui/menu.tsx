import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface MenuItem {
  words: string;
  icon?: string;
  danger?: boolean;
  checked?: boolean;
  do: () => unknown;
}

interface MenuProps {
  at: { x: number; y: number };
  items: readonly MenuItem[];
  label: string;
  onClose: () => void;
  children?: ComponentChildren;
}

const EDGE_PX = 8;

/** A menu at a point of the window, kept inside of it; arrows move, Escape closes and gives the focus back. */
export function Menu({ at, items, label, onClose, children }: MenuProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const menu = box.current!;
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(EDGE_PX, Math.min(at.x, window.innerWidth - width - EDGE_PX))}px`;
    menu.style.top = `${Math.max(EDGE_PX, Math.min(at.y, window.innerHeight - height - EDGE_PX))}px`;
  }, [at.x, at.y]);
  // At once: a key that is pressed now is meant for the menu.
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    box.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    return () => before?.focus();
  }, []);

  const move = (step: number): void => {
    const all = [...box.current!.querySelectorAll<HTMLElement>("button")];
    const now = all.indexOf(document.activeElement as HTMLElement);
    all[(now + step + all.length) % all.length]?.focus();
  };
  return (
    <>
      <div
        class="menu-backdrop"
        onClick={onClose}
        onContextMenu={(event) => (event.preventDefault(), onClose())}
      />
      <div
        class="menu"
        role="menu"
        aria-label={label}
        ref={box}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          else if (event.key === "ArrowDown" || event.key === "ArrowRight") move(1);
          else if (event.key === "ArrowUp" || event.key === "ArrowLeft") move(-1);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        {children}
        {items.map((item) => (
          <button
            type="button"
            key={item.words}
            role={item.checked === undefined ? "menuitem" : "menuitemcheckbox"}
            {...(item.checked === undefined ? {} : { "aria-checked": item.checked })}
            class={item.danger ? "danger" : ""}
            onClick={() => {
              onClose();
              item.do();
            }}
          >
            <span class="menu-icon" aria-hidden="true">
              {item.checked ? "✓" : (item.icon ?? "")}
            </span>
            {item.words}
          </button>
        ))}
      </div>
    </>
  );
}
