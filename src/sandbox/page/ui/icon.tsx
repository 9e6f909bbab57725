/** Line drawings on a 24 by 24 grid, so that the page looks the same on machines with other fonts. */
const PATHS = {
  add: "M12 5v14M5 12h14",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  back: "M19 12H5m6-6-6 6 6 6",
  close: "m6 6 12 12M18 6 6 18",
  send: "M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4",
  check: "m5 12.5 4.5 4.5L19 7.5",
  attach: "M16.5 6.5 8.8 14.2a2.2 2.2 0 0 0 3.1 3.1l8-8a4 4 0 0 0-5.7-5.6l-8.4 8.4a6 6 0 0 0 8.5 8.5l6-6",
  play: "M8 5.5v13l10.5-6.5z",
  next: "M6 6v12l8.5-6zM18 6v12",
  hood: "m12 4 8 4-8 4-8-4zM4 12l8 4 8-4M4 16l8 4 8-4",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  reply: "M10 7 4 12l6 5v-3.5c5 0 8 1.5 10 4.5 0-6-3.5-8.5-10-8.5z",
  edit: "M5 19l1-4L16.5 4.5l3 3L9 18z",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
