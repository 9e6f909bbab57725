import { useEffect, useRef } from "preact/hooks";
import { lightbox, Picture } from "../chat/media.tsx";
import { Icon } from "./icon.tsx";

/** A picture alone, as large as the window lets it. */
export function Lightbox() {
  const shown = lightbox.value;
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (shown !== null) box.current?.showModal();
  }, [shown]);
  if (shown === null) return null;
  const close = (): void => {
    box.current?.close();
    lightbox.value = null;
  };
  return (
    <dialog ref={box} class="lightbox" aria-label={shown.words} onCancel={close} onClick={close}>
      <figure>
        <div
          class={`lightbox-picture ${shown.kind}`}
          style={{ aspectRatio: `${shown.width} / ${shown.height}` }}
        >
          <Picture shown={shown} />
        </div>
        <figcaption>{shown.words}</figcaption>
      </figure>
      <button type="button" class="icon-button close" aria-label="Close" autofocus onClick={close}>
        <Icon name="close" />
      </button>
    </dialog>
  );
}
