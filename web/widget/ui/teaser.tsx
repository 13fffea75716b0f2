/** What a person has just said, shown beside the closed chat for a while; the badge stays. */

import type { JSX } from "preact";
import { useUi } from "./ui";

export function Teaser(): JSX.Element | null {
  const { chat, open } = useUi();
  const said = chat.log.value.items.at(-1);
  if (open.value || !chat.unread.value || said?.author.kind !== "agent" || said.content.type !== "text") return null;
  return (
    <button key={said.seq} type="button" class="teaser" onClick={() => (open.value = true)}>
      <b>{said.author.name}</b> {said.content.text.replace(/\[(.*?)\]\(.*?\)|[*`]/g, "$1")}
    </button>
  );
}
