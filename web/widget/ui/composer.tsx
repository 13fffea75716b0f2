/** Where the customer writes: words and files, by button, drop or paste. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { upload, type Uploaded, UploadError } from "../files";
import { Icon } from "./icons";
import { fetchViews } from "./later";
import { useUi } from "./ui";

interface Attachment {
  key: number;
  name: string;
  done?: Uploaded;
  stop: AbortController;
}

/** Well below the server's limit for a frame, in any alphabet. */
const LONGEST = 8_000;

let keys = 0;

export function Composer({ panel }: { panel: { current: HTMLElement | null } }): JSX.Element {
  const { chat, words, open, wear, draft } = useComposer();
  const [text, setText] = useState(draft.get);
  const [files, setFiles] = useState<Attachment[]>([]);
  const [complaint, setComplaint] = useState("");
  const [dropping, setDropping] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const box = input.current!;
    box.style.height = "auto";
    // Nothing can be measured while the panel is closed.
    if (box.scrollHeight) box.style.height = `${Math.min(box.scrollHeight, 140)}px`;
    draft.set(text);
  }, [text, open.value]);

  const attach = (list: Iterable<globalThis.File>) => {
    setComplaint("");
    for (const file of list) {
      const one: Attachment = { key: ++keys, name: file.name || words.t("file", { size: "" }), stop: new AbortController() };
      setFiles((all) => [...all, one]);
      const sent = chat.admitted().then((token) => upload(chat.server, token, file, chat.welcome.value?.upload_bytes, one.stop.signal));
      sent.then(
        (done) => setFiles((all) => all.map((other) => (other.key === one.key ? { ...other, done } : other))),
        (error) => {
          setFiles((all) => all.filter((other) => other.key !== one.key));
          if (one.stop.signal.aborted) return;
          setComplaint(words.t(error instanceof UploadError && error.tooLarge ? "too_big" : "upload_failed", { name: file.name }));
        },
      );
    }
  };
  useDrop(panel, attach, setDropping);

  const busy = files.some((file) => !file.done);
  const ready = !busy && (text.trim() !== "" || files.length > 0);
  const send = () => {
    if (!ready) return;
    const attachments = files.flatMap((file) => file.done?.id ?? []);
    chat.say(text.trim(), attachments.length ? { attachments, files: files.map((file) => file.name) } : {});
    setText("");
    setFiles([]);
    setComplaint("");
    input.current?.focus();
  };

  // Where the inbox asks first, it asks before anything else.
  if (chat.asksFirst) return <div class="composer empty" />;

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {dropping && <div class="drop">{words.t("drop")}</div>}
      <div role="status" class="complaint">
        {complaint}
      </div>
      {files.length > 0 && (
        <ul class="files">
          {files.map((file) => (
            <li class={file.done ? "" : "busy"}>
              <Icon name="file" />
              <span>{file.name}</span>
              {!file.done && <span class="aside">{words.t("uploading", { name: file.name })}</span>}
              <button
                type="button"
                aria-label={words.t("remove_file", { name: file.name })}
                onClick={() => {
                  file.stop.abort();
                  setFiles(files.filter((other) => other.key !== file.key));
                }}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="write">
        <button type="button" class="plain" aria-label={words.t("attach")} onClick={() => picker.current?.click()}>
          <Icon name="clip" />
        </button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            attach(event.currentTarget.files ?? []);
            event.currentTarget.value = "";
          }}
        />
        <textarea
          ref={input}
          rows={1}
          maxLength={LONGEST}
          value={text}
          placeholder={words.t("write")}
          aria-label={words.t("write")}
          enterkeyhint="send"
          onInput={(event) => {
            setText(event.currentTarget.value);
            fetchViews(wear);
            chat.typing(event.currentTarget.value !== "");
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
          onPaste={(event) => {
            const pasted = event.clipboardData?.files;
            if (!pasted?.length) return;
            event.preventDefault();
            attach(pasted);
          }}
        />
        <button type="submit" class="send" disabled={!ready} aria-label={words.t("send")}>
          <Icon name="send" />
        </button>
      </div>
      <Footnote />
    </form>
  );
}

/** The way to a person, in sight until one was asked for. */
function Footnote(): JSX.Element | null {
  const { chat, words, settle } = useUi();
  const { handoff, items } = chat.log.value;
  if (!items.length || (handoff && handoff.state !== "returned")) return null;
  return (
    <p class="footnote">
      {/* The assistant reads English best; the customer sees their own words. */}
      <button type="button" class="link" onClick={() => (chat.say(words.t("ask_person"), { postback: "I want to talk to a person" }), settle())}>
        {words.t("starter_person")}
      </button>
    </p>
  );
}

function useComposer() {
  const { chat, words, open, wear } = useUi();
  const shelf = chat.memory.tab;
  return {
    chat,
    words,
    open,
    wear,
    draft: {
      get: () => shelf.get<string>("draft") ?? "",
      set: (text: string) => (text ? shelf.set("draft", text) : shelf.delete("draft")),
    },
  };
}

/** Files may be dropped anywhere on the panel. */
function useDrop(
  panel: { current: HTMLElement | null },
  attach: (files: Iterable<globalThis.File>) => void,
  show: (dropping: boolean) => void,
): void {
  useEffect(() => {
    const place = panel.current!;
    const stop = new AbortController();
    const { signal } = stop;
    const carries = (event: DragEvent) => event.dataTransfer?.types.includes("Files");
    place.addEventListener(
      "dragover",
      (event) => {
        if (!carries(event)) return;
        event.preventDefault();
        show(true);
      },
      { signal },
    );
    place.addEventListener("dragleave", (event) => !place.contains(event.relatedTarget as Node) && show(false), { signal });
    place.addEventListener(
      "drop",
      (event) => {
        show(false);
        if (!carries(event)) return;
        event.preventDefault();
        attach(event.dataTransfer!.files);
      },
      { signal },
    );
    return () => stop.abort();
  }, []);
}
