// Files that go out with the reply: chosen by a button, let go over the conversation, or
// pasted; and what of them was refused.

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { bytes } from "../../lib/format";
import { attach, type Attachment, detach } from "../../state/attachments";
import { draft } from "../../state/drafts";
import { warn } from "../../state/toasts";
import { t } from "../../strings";
import { Button } from "../../ui/basics";
import { Icon } from "../../ui/icons";

/** Chooses files, and says where some were too many. */
export function attachAll(id: string, files: Iterable<File>) {
  const left = attach(id, files);
  if (left > 0) warn(t.files.tooMany(left));
}

export function AttachButton(props: { id: string; disabled: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button look="quiet" small icon="clip" label={t.files.attach} disabled={props.disabled} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-attach
        onChange={(event) => {
          attachAll(props.id, event.currentTarget.files ?? []);
          // The same file can be chosen again after it was removed.
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

export function Attachments({ id, files }: { id: string; files: readonly Attachment[] }) {
  if (files.length === 0) return null;
  return (
    <ul class="attached" aria-label={t.files.chosen}>
      {files.map((one) => (
        <li key={one.key} class={one.state === "refused" ? "attached-bad" : ""}>
          {one.state === "sending" ? <span class="spin" /> : <Icon name={one.state === "refused" ? "alert" : "file"} size={16} />}
          <span class="clip" dir="auto">{one.file.name}</span>
          <span class="muted num">{bytes(one.file.size)}</span>
          {one.state === "sending" && <span class="sr-only">{t.files.sending}</span>}
          {one.why && <span role="alert">{one.why}</span>}
          {one.state !== "sending" && <Button look="quiet" small icon="close" label={t.files.remove(one.file.name)} onClick={() => detach(id, one.key)} />}
        </li>
      ))}
    </ul>
  );
}

interface DropProps {
  id: string;
  /** Whether the agent may send files here now. */
  open: boolean;
  label: string;
  children: ComponentChildren;
}

/** The conversation, over which files can be let go. */
export function DropPane(props: DropProps) {
  const [over, setOver] = useState(false);
  const holds = (event: DragEvent) => props.open && (event.dataTransfer?.types.includes("Files") ?? false);
  return (
    <section
      class="pane conversation"
      aria-label={props.label}
      onDragOver={(event) => {
        if (!holds(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        setOver(false);
        if (!holds(event)) return;
        event.preventDefault();
        draft(props.id, { mode: "reply" });
        attachAll(props.id, event.dataTransfer!.files);
      }}
    >
      {props.children}
      {over && (
        <div class="drop">
          <Icon name="clip" size={30} />
          <strong>{t.conversation.drop}</strong>
          <span>{t.conversation.dropText}</span>
        </div>
      )}
    </section>
  );
}
