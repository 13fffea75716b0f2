/** Small drawings, all on one grid of 24 with one line width. */

import type { JSX } from "preact";

const PATHS = {
  close: "M6 6l12 12M18 6L6 18",
  back: "M14.5 5.5L8 12l6.5 6.5",
  send: "M12 19V5M5.5 11.5L12 5l6.5 6.5",
  clip: "M19 11.5l-7.2 7.2a4.6 4.6 0 0 1-6.5-6.5L12.8 4.7a3.1 3.1 0 0 1 4.4 4.4L9.8 16.5a1.5 1.5 0 0 1-2.2-2.2L14 8",
  person: "M12 11.5a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6ZM4.5 20.5c.6-4 3.7-6 7.5-6s6.9 2 7.5 6",
  page: "M7 3.5h7l4 4v13H7zM14 3.5v4h4M10 12.5h5M10 16h5",
  up: "M7 10.5v9H4v-9zM7 11l4-7.5c1.6 0 2.4 1 2.1 2.6L12.5 9H18c1.5 0 2.3 1.1 2 2.5l-1.4 6c-.3 1.2-1.1 2-2.4 2H7",
  down: "M7 13.5v-9H4v9zM7 13l4 7.5c1.6 0 2.4-1 2.1-2.6L12.5 15H18c1.5 0 2.3-1.1 2-2.5l-1.4-6c-.3-1.2-1.1-2-2.4-2H7",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 7v5.5l3.5 2M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Z",
  alert: "M12 8v5M12 16.5h.01M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Z",
  file: "M7 3.5h7l4 4v13H7zM14 3.5v4h4",
  arrow: "M12 5v14M6 13l6 6 6-6",
  out: "M9 6H5.5v12.5H18V15M13 5h6v6M19 5l-8.5 8.5",
  off: "M4 4l16 16M8.5 15.5a5 5 0 0 1 5.5-1M5 12a10 10 0 0 1 4-2.4M19 12a10 10 0 0 0-6-3M12 19h.01",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Two voices, and what they share. It is no portrait, since the assistant is no person. */
export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 40 40" aria-hidden="true">
      <path d="M5 18a10.5 10.5 0 1 1 10.5 10.5H5Z" />
      <path d="M35 22a10.5 10.5 0 1 0-10.5 10.5H35Z" />
      <path d="M23.76 11.53a10.5 10.5 0 0 1-7.52 16.94 10.5 10.5 0 0 1 7.52-16.94Z" />
    </svg>
  );
}

/** Five faces, from very bad to very good. */
export function Face({ mood }: { mood: 1 | 2 | 3 | 4 | 5 }): JSX.Element {
  const bend = [15, 17.5, 20, 23, 25][mood - 1]!;
  const from = [22.5, 21.5, 20, 18.5, 18][mood - 1]!;
  return (
    <svg class="face" viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="12.5" />
      <path d={`M11 12.5v.8M21 12.5v.8M10.5 ${from}Q16 ${bend} 21.5 ${from}`} />
    </svg>
  );
}
