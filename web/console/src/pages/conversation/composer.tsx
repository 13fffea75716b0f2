// Where the agent writes: a reply or a note, with canned replies, suggestions from the
// knowledge base, and the truth about who may answer.

import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Markdown } from "../../../../shared/markdown-view";
import { useCommands } from "../../keys/commands";
import { hint } from "../../keys/shortcuts";
import { percent, plain } from "../../lib/format";
import { stored } from "../../lib/stored";
import * as actions from "../../state/actions";
import { filled, fitting, inserted, type Slash, slashAt } from "../../state/canned";
import { attachmentsOf, sendAttachments } from "../../state/attachments";
import { online, sayTyping } from "../../state/desk";
import { draft, draftOf, type Mode } from "../../state/drafts";
import { canAct, me } from "../../state/session";
import { canned, loadCanned } from "../../state/shop";
import { conflicts, send, settleConflict } from "../../state/sending";
import type { Story } from "../../state/story";
import { suggestionsFor } from "../../state/suggestions";
import { t } from "../../strings";
import type { Canned, Suggestion } from "../../wire";
import { Button } from "../../ui/basics";
import { inboxName } from "../../ui/channel";
import { Icon } from "../../ui/icons";
import { href } from "../../lib/router";
import { attachAll, AttachButton, Attachments } from "./attachments";

/** Enter sends; otherwise Ctrl-Enter does. */
export const enterSends = stored("enter-sends", true);

/** "Typing" is said again after this time while it goes on. */
const SAY_AGAIN = 4_000;

export function Composer({ story }: { story: Story }) {
  const { view } = story;
  const id = view.id;
  const mine = me.value!;
  const mode = draftOf(id).mode;
  const text = draftOf(id)[mode];
  const area = useRef<HTMLTextAreaElement>(null);
  const [slash, setSlash] = useState<Slash>();
  const [at, setAt] = useState(0);
  const [keeping, setKeeping] = useState(false);
  const said = useRef(0);
  const pickerId = useId();

  const files = attachmentsOf(id);
  const byMe = view.agent_id === mine.id;
  const byOther = view.holder === "agent" && !byMe;
  const open = view.status === "open";
  const choices = slash ? fitting(canned.value, slash.typed) : [];

  useEffect(() => void loadCanned().catch(() => {}), []);

  // The field grows with its text.
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, Math.max(120, innerHeight * 0.4))}px`;
  }, [text, mode, id]);

  const typing = (on: boolean) => {
    const present = Date.now();
    if (on && present - said.current < SAY_AGAIN) return;
    if (!on && said.current === 0) return;
    said.current = on ? present : 0;
    sayTyping(id, on);
  };
  useEffect(() => () => typing(false), [id]);

  const write = (next: string) => {
    draft(id, { [mode]: next });
    if (mode === "reply") typing(next.trim() !== "");
  };

  const focus = (to: Mode) => {
    draft(id, { mode: to });
    // At once: what is typed next must not be read as shortcuts.
    area.current?.focus();
  };

  const put = (next: string, caret = next.length) => {
    write(next);
    setSlash(undefined);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(caret, caret);
    });
  };

  const use = (reply: Canned) => {
    if (!slash || !area.current) return;
    const words = filled(reply.text, { customer: view.customer.name ?? undefined, agent: mine.name });
    const result = inserted(text, slash, area.current.selectionStart, words);
    put(result.text, result.caret);
  };

  const submit = async () => {
    const words = text.trim();
    if ((!words && (mode === "note" || files.length === 0)) || keeping) return;
    typing(false);
    if (mode === "note") {
      setKeeping(true);
      if (await actions.note(id, words)) draft(id, { note: "", mode: "reply" });
      setKeeping(false);
      area.current?.focus();
      return;
    }
    if (byOther) return;
    // Taking and answering is one step, and the taking is what may be refused.
    if (!byMe && !(await actions.take(id))) return;
    if (files.length > 0) {
      setKeeping(true);
      const gone = await sendAttachments(id);
      setKeeping(false);
      if (!gone) return;
    }
    area.current?.focus();
    // What was written while the files went out is sent with the rest.
    const now = draftOf(id).reply.trim();
    if (!now) return;
    draft(id, { reply: "" });
    await send(id, now);
  };

  useCommands(
    { reply: () => focus("reply"), note: () => focus("note"), sendNow: () => void submit() },
    [id, mode, text, byMe, byOther, keeping, files.length],
  );

  if (!canAct.value) return <p class="composer-closed">{t.composer.viewer}</p>;

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (slash && choices.length > 0) {
      const last = choices.length - 1;
      if (event.key === "ArrowDown") setAt(at >= last ? 0 : at + 1);
      else if (event.key === "ArrowUp") setAt(at <= 0 ? last : at - 1);
      else if (event.key === "Enter" || event.key === "Tab") use(choices[Math.min(at, last)]!);
      else if (event.key === "Escape") setSlash(undefined);
      else return;
      event.preventDefault();
      return;
    }
    if (event.key === "Escape") {
      event.preventDefault();
      area.current?.blur();
    } else if (event.key === "Enter" && !event.shiftKey && !event.altKey && enterSends.value && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      void submit();
    }
  };

  const follow = () => {
    const element = area.current;
    if (!element || element.selectionStart !== element.selectionEnd) return setSlash(undefined);
    setSlash(slashAt(element.value, element.selectionStart));
    setAt(0);
  };

  const blocked = mode === "reply" && byOther;
  const sendLabel = mode === "note" ? t.composer.keepNote : byMe ? t.composer.send : t.composer.takeAndSend;

  return (
    <div class={`composer composer-${mode}`}>
      <Conflicted story={story} />
      {mode === "reply" && !byOther && open && (
        <Suggestions story={story} eager={byMe || view.queued !== undefined} onUse={(one) => put(text.trim() ? `${text.trimEnd()}\n\n${one.text}` : one.text)} />
      )}
      <div class="composer-box">
        <div class="composer-tabs" role="tablist" aria-label={t.composer.mode}>
          {(["reply", "note"] as const).map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              id={`${pickerId}-${one}`}
              aria-selected={mode === one}
              aria-controls={`${pickerId}-panel`}
              tabIndex={mode === one ? 0 : -1}
              class="composer-tab"
              title={`${t.composer[one]} (${hint(one)})`}
              onClick={() => focus(one)}
              onKeyDown={(event) => {
                if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
                draft(id, { mode: one === "reply" ? "note" : "reply" });
                requestAnimationFrame(() => document.querySelector<HTMLElement>(".composer-tab[aria-selected=true]")?.focus());
              }}
            >
              <Icon name={one === "reply" ? "send" : "note"} size={15} flip={one === "reply"} />
              {t.composer[one]}
              {mode !== one && draftOf(id)[one].trim() !== "" && <span class="dot" title={t.row.draft} />}
            </button>
          ))}
          <span class="composer-who muted clip">
            {mode === "note"
              ? t.composer.noteFor
              : byOther
                ? t.composer.held(view.agent_name ?? t.colleague)
                : !open
                  ? t.composer.resolved
                  : byMe
                    ? view.channel === "web"
                      ? t.composer.to(view.here === false)
                      : t.composer.over(inboxName(view))
                    : t.composer.bot}
          </span>
        </div>
        <div id={`${pickerId}-panel`} role="tabpanel" aria-labelledby={`${pickerId}-${mode}`} class="composer-panel">
          {slash && choices.length > 0 && (
            <div class="picker" id={`${pickerId}-list`} role="listbox" aria-label={t.composer.canned}>
              {choices.map((reply, i) => (
                <div
                  key={reply.id}
                  id={`${pickerId}-${i}`}
                  role="option"
                  aria-selected={i === at}
                  class="picker-item"
                  onPointerMove={() => setAt(i)}
                  onMouseDown={(event) => {
                    event.preventDefault();
                    use(reply);
                  }}
                >
                  <span class="picker-key">/{reply.shortcut}</span>
                  <span class="picker-title clip">{reply.title}</span>
                  <span class="picker-text clip muted">{plain(reply.text)}</span>
                </div>
              ))}
            </div>
          )}
          {slash && canned.value.length === 0 && slash.typed === "" && (
            <p class="picker picker-none muted">
              {t.composer.noCanned} <a href={href("/settings/canned")}>{t.settings.sections.canned}</a>
            </p>
          )}
          <textarea
            ref={area}
            class="composer-text"
            dir="auto"
            rows={2}
            aria-label={mode === "note" ? t.composer.noteLabel : t.composer.replyLabel}
            aria-controls={slash ? `${pickerId}-list` : undefined}
            aria-activedescendant={slash && choices[at] ? `${pickerId}-${at}` : undefined}
            aria-autocomplete="list"
            placeholder={mode === "note" ? t.composer.notePlaceholder : t.composer.replyPlaceholder}
            value={text}
            onInput={(event) => {
              write(event.currentTarget.value);
              follow();
            }}
            onClick={follow}
            onKeyDown={onKeyDown}
            onPaste={(event) => {
              const pasted = event.clipboardData?.files;
              if (mode !== "reply" || byOther || !pasted?.length) return;
              event.preventDefault();
              attachAll(id, pasted);
            }}
            onBlur={() => {
              setSlash(undefined);
              typing(false);
            }}
          />
        </div>
        {mode === "reply" && <Attachments id={id} files={files} />}
        <footer class="composer-foot">
          {mode === "reply" && <AttachButton id={id} disabled={byOther} />}
          <Button
            look="quiet"
            small
            icon="bolt"
            label={t.composer.canned}
            keys="/"
            onClick={() => put(text && !/\s$/.test(text) ? `${text} /` : `${text}/`)}
          />
          <span class="muted composer-hint">
            {blocked ? "" : !online.value ? t.composer.offline : enterSends.value ? t.composer.enter : t.composer.modEnter(hint("sendNow") ?? "")}
          </span>
          {blocked ? (
            <Button small icon="hand" busy={actions.isBusy(id, "assign")} onClick={() => void actions.assign(id, mine)}>
              {t.acts.takeFrom(view.agent_name ?? t.colleague)}
            </Button>
          ) : (
            <Button
              look="primary"
              class={mode === "note" ? "btn-note" : ""}
              icon={mode === "note" ? "note" : byMe ? "send" : "hand"}
              flip={mode !== "note" && byMe}
              disabled={!text.trim() && (mode === "note" || files.length === 0)}
              busy={keeping || actions.isBusy(id, "take")}
              onClick={() => void submit()}
            >
              {sendLabel}
            </Button>
          )}
        </footer>
      </div>
    </div>
  );
}

/** Somebody else was faster, or has said something that this reply did not know. */
function Conflicted({ story }: { story: Story }) {
  const id = story.view.id;
  const conflict = conflicts.value[id];
  if (!conflict) return null;
  const said = conflict.missed.filter((entry) => entry.content.type === "text");
  return (
    <div class="conflict" role="alert">
      <Icon name="alert" />
      <div>
        <p>
          <strong>{conflict.holder ? t.conflict.held(conflict.holder) : said.length > 0 ? t.conflict.missed : t.conflict.notHeld}</strong>
        </p>
        {said.map((entry) => (
          <blockquote key={entry.seq}>
            <span class="muted">{entry.author.name ?? t.colleague}</span>
            <div class="prose" dir="auto">{entry.content.type === "text" && <Markdown text={entry.content.text} under={3} />}</div>
          </blockquote>
        ))}
        <p class="muted">{t.conflict.kept}</p>
      </div>
      <Button look="quiet" small icon="close" label={t.close} onClick={() => settleConflict(id)} />
    </div>
  );
}

function Suggestions(props: { story: Story; eager: boolean; onUse: (one: Suggestion) => void }) {
  const { view } = props.story;
  const [shown, setShown] = useState(props.eager);
  const [hidden, setHidden] = useState(0);
  const seq = view.last_customer_seq;
  useEffect(() => setShown(props.eager), [view.id, props.eager]);
  const list = suggestionsFor(view.id, shown ? seq : 0);
  if (seq === 0 || hidden === seq) return null;
  if (!shown) {
    return (
      <div class="suggests-closed">
        <Button look="quiet" small icon="book" onClick={() => setShown(true)}>
          {t.suggest.show}
        </Button>
      </div>
    );
  }
  if (!list || list.length === 0) return null;
  return (
    <section class="suggests" aria-label={t.suggest.title}>
      <header>
        <Icon name="book" size={15} />
        <h3>{t.suggest.title}</h3>
        <Button look="quiet" small icon="close" label={t.suggest.hide} onClick={() => setHidden(seq)} />
      </header>
      <ul>
        {list.map((one) => (
          <li key={one.article + one.section}>
            <button type="button" class="suggest" onClick={() => props.onUse(one)} title={plain(one.text)}>
              <span class="suggest-head">
                <span class="clip">{one.section && one.section !== one.title ? `${one.title} · ${one.section}` : one.title}</span>
                <span class="num muted">{percent(one.confidence)}</span>
              </span>
              <span class="suggest-text">{plain(one.text)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
