// What was said, in order. It keeps to the end while the agent is there, and stays where
// they read otherwise.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Markdown } from "../../../../shared/markdown-view";
import { bytes, money, percent, plain, words } from "../../lib/format";
import { clock, day, full } from "../../lib/time";
import { told } from "../../state/delivery";
import { giveBack, attempt } from "../../state/sending";
import { loadEarlier } from "../../state/desk";
import { deleteNote } from "../../state/actions";
import { nameOfCustomer } from "../../state/names";
import { draftFromReply } from "../../state/knowledge";
import { canAct, me, nameOf } from "../../state/session";
import type { Pending, Story } from "../../state/story";
import { timeline, type Item } from "../../state/timeline";
import { t } from "../../strings";
import type { Author, Content } from "../../wire";
import { Avatar, BotAvatar, Button, Chip } from "../../ui/basics";
import { Icon, type IconName } from "../../ui/icons";
import { Delivery } from "./delivery";
import { Reading, whyOpen } from "./why";

/** Shorter replies are about one customer only, such as "One moment, please". */
const WORTH_KEEPING = 40;

export function Messages({ story }: { story: Story }) {
  const { view, pending } = story;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const top = useRef(0);
  const [below, setBelow] = useState(0);
  const items = useMemo(() => timeline(view.entries, view.notes, pending), [view.entries, view.notes, pending]);
  const deliveries = useMemo(() => told(view.entries), [view.entries]);
  const length = items.length;
  const before = useRef(length);

  const toEnd = () => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
    setBelow(0);
  };

  useLayoutEffect(() => {
    // Who says something wants to see it, wherever they were reading.
    if (length > before.current && isMine(items.at(-1))) atEnd.current = true;
    if (atEnd.current) toEnd();
    else if (length > before.current) setBelow((n) => n + length - before.current);
    before.current = length;
  }, [length, story.typing.length, view.moods]);

  // Who reads why stays there, whatever else comes or makes room.
  const reading = whyOpen.value;
  useLayoutEffect(() => {
    if (reading !== undefined) atEnd.current = false;
  }, [reading]);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => atEnd.current && toEnd());
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const first = view.entries[0]?.seq ?? 1;
  return (
    <div class="talk-body">
      <div
        ref={box}
        class="talk scroll"
        role="log"
        aria-label={t.conversation.log}
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          // Only a scroll upwards leaves the end: a field that grows below does not.
          const near = scrollHeight - scrollTop - clientHeight < 40;
          atEnd.current = near || (atEnd.current && scrollTop >= top.current);
          top.current = scrollTop;
          if (near) setBelow(0);
        }}
      >
        {first > 1 && <Earlier id={view.id} />}
        {items.length === 0 && <p class="talk-none muted">{t.conversation.silent}</p>}
        {items.map((item, i) => (
          <One key={item.key} item={item} next={items[i + 1]} story={story} deliveries={deliveries} />
        ))}
        <Typing story={story} />
      </div>
      {below > 0 && (
        <button type="button" class="talk-below" onClick={toEnd}>
          <Icon name="down" size={16} />
          {t.conversation.below(below)}
        </button>
      )}
    </div>
  );
}

function isMine(item: Item | undefined): boolean {
  return item?.kind === "pending" || (item?.kind === "note" && item.note.agent_id === me.peek()?.id);
}

function Earlier({ id }: { id: string }) {
  const [busy, setBusy] = useState(false);
  return (
    <div class="talk-earlier">
      <Button
        small
        busy={busy}
        onClick={() => {
          setBusy(true);
          void loadEarlier(id).finally(() => setBusy(false));
        }}
      >
        {t.conversation.earlier}
      </Button>
    </div>
  );
}

interface OneProps {
  item: Item;
  next: Item | undefined;
  story: Story;
  deliveries: ReturnType<typeof told>;
}

function One({ item, next, story, deliveries }: OneProps) {
  const { view } = story;
  switch (item.kind) {
    case "day":
      return (
        <div class="talk-day">
          <span>{day(item.at)}</span>
        </div>
      );
    case "line":
      return <Line at={item.entry.at} author={item.entry.author} content={item.content} />;
    case "note": {
      const { note } = item;
      const own = note.agent_id === me.value?.id;
      return (
        <div class="note">
          <header>
            <Icon name="note" size={15} />
            <strong>{own ? t.you : (note.agent_name ?? nameOf(note.agent_id, t.colleague))}</strong>
            <span class="muted">{t.conversation.noted}</span>
            <time dateTime={note.at} title={full(note.at)} class="num">
              {clock(note.at)}
            </time>
            {own && <Button look="quiet" small icon="trash" label={t.conversation.deleteNote} onClick={() => void deleteNote(view.id, note.id)} />}
          </header>
          <div class="prose" dir="auto">
            <Markdown text={note.text} under={3} />
          </div>
        </div>
      );
    }
    case "pending":
      return <OnItsWay id={view.id} pending={item.pending} />;
    case "message": {
      const { entry, content, first, last } = item;
      const side = entry.author.kind === "customer" ? "theirs" : "ours";
      return (
        <article class={`msg msg-${side} msg-${entry.author.kind} ${first ? "msg-first" : ""} ${last ? "msg-last" : ""}`} id={`entry-${entry.seq}`}>
          {first && (
            <header class="msg-head">
              <Face author={entry.author} story={story} />
              <strong>{who(entry.author, story)}</strong>
              <time dateTime={entry.at} title={full(entry.at)} class="num">
                {clock(entry.at)}
              </time>
            </header>
          )}
          <div class="msg-row">
            <div class={`bubble bubble-${content.type}`}>
              <Body content={content} />
            </div>
          </div>
          {item.edited && <span class="msg-mark">{t.conversation.edited}</span>}
          {item.rating && (
            <span class={`msg-mark ${item.rating.helpful ? "msg-good" : "msg-bad"}`}>
              <Icon name={item.rating.helpful ? "thumb" : "thumbdown"} size={14} />
              {item.rating.helpful ? t.conversation.helpful : t.conversation.unhelpful}
              {item.rating.comment && <q>{item.rating.comment}</q>}
            </span>
          )}
          <Delivery
            story={story}
            seq={entry.seq}
            author={entry.author.kind}
            last={last}
            next={!last && next?.kind === "message" ? next.entry.seq : undefined}
            told={deliveries}
          />
          {entry.author.kind === "customer" && <Reading entry={entry} story={story} />}
          {entry.author.kind === "agent" && content.type === "text" && canAct.value && content.text.length >= WORTH_KEEPING && (
            <button type="button" class="link msg-article" onClick={() => void draftFromReply({ conversation_id: view.id, seq: entry.seq })}>
              <Icon name="book" size={14} />
              {t.knowledge.fromReply}
            </button>
          )}
        </article>
      );
    }
  }
}

function who(author: Author, story: Story): string {
  if (author.kind === "customer") return nameOfCustomer(story.view);
  if (author.kind === "agent") return author.id === me.value?.id ? t.you : (author.name ?? nameOf(author.id, t.colleague));
  if (author.kind === "bot") return author.name ?? t.bot;
  return t.system;
}

function Face({ author, story }: { author: Author; story: Story }) {
  if (author.kind === "bot") return <BotAvatar size="s" />;
  const name = author.kind === "customer" ? (story.view.customer.name ?? story.view.customer.email ?? "") : (author.name ?? nameOf(author.id, ""));
  return <Avatar name={name} seed={author.kind === "customer" ? story.view.customer_id : (author.id ?? name)} size="s" />;
}

function OnItsWay({ id, pending }: { id: string; pending: Pending }) {
  const stuck = pending.state === "refused" || pending.state === "waiting";
  return (
    <article class="msg msg-ours msg-agent msg-pending">
      <div class="msg-row">
        <div class="bubble bubble-text">
          <div class="prose" dir="auto">
            <Markdown text={pending.text} under={3} />
          </div>
        </div>
      </div>
      <span class={`msg-mark ${stuck ? "msg-bad" : ""}`} role={stuck ? "alert" : undefined}>
        {pending.state === "sending" && <span class="spin" />}
        {t.sending[pending.state]}
        {pending.why && ` ${pending.why}`}
        {stuck && (
          <>
            <button type="button" class="link" onClick={() => void attempt(id, pending)}>
              {t.sending.retry}
            </button>
            <button type="button" class="link" onClick={() => giveBack(id, pending)}>
              {t.sending.edit}
            </button>
          </>
        )}
      </span>
    </article>
  );
}

function Typing({ story }: { story: Story }) {
  const others = story.typing.filter((author) => !(author.kind === "agent" && author.id === me.value?.id));
  return (
    <div class="talk-typing" role="status">
      {others.map((author) => (
        <span key={`${author.kind}${author.id ?? ""}`} class={author.kind === "agent" ? "typing typing-agent" : "typing"}>
          <span class="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {t.conversation.types(who(author, story))}
        </span>
      ))}
    </div>
  );
}

/** A product's picture; those of other servers are not loaded, as the page's policy says. */
function Picture({ src }: { src: string | undefined }) {
  const [gone, setGone] = useState(false);
  if (!src || gone) {
    return (
      <span class="cards-none">
        <Icon name="cart" size={20} />
      </span>
    );
  }
  return <img src={src} alt="" loading="lazy" width="52" height="52" onError={() => setGone(true)} />;
}

function Body({ content }: { content: Content }) {
  switch (content.type) {
    case "text":
      return (
        <div class="prose" dir="auto">
          <Markdown text={content.text} under={3} />
        </div>
      );
    case "answer":
      return (
        <>
          <div class="prose" dir="auto">
            <Markdown text={content.text} under={3} />
          </div>
          <ul class="sources" aria-label={t.conversation.sources}>
            {content.sources.map((source) => (
              <li key={source.url + source.section}>
                <a href={source.url} target="_blank" rel="noopener" title={plain(source.snippet)}>
                  <Icon name="book" size={14} />
                  <span>
                    {source.title}
                    {source.section && source.section !== source.title && <span class="muted"> · {source.section}</span>}
                  </span>
                </a>
              </li>
            ))}
            <li class="muted num" title={t.conversation.confidence}>
              {percent(content.confidence)}
            </li>
          </ul>
        </>
      );
    case "products":
      return (
        <ul class="cards">
          {content.items.map((item) => (
            <li key={item.sku}>
              <Picture src={item.image} />
              <span class="cards-words">
                <span class="clip cards-title">{item.title}</span>
                <span class="num">{money(item.price, item.currency)}</span>
                <span class="muted cards-why">{item.reason}</span>
              </span>
            </li>
          ))}
        </ul>
      );
    case "choices":
      return (
        <>
          <div class="prose" dir="auto">
            <Markdown text={content.text} under={3} />
          </div>
          <ul class="offers">
            {content.options.map((option) => (
              <li key={option.payload}>
                <Chip>{option.title}</Chip>
              </li>
            ))}
          </ul>
        </>
      );
    case "form":
      return (
        <p class="asked">
          <Icon name="pencil" size={15} />
          {t.conversation.form(content.fields.map((field) => field.label).join(", "))}
        </p>
      );
    case "submitted":
      return (
        <dl class="values">
          {Object.entries(content.values).map(([name, value]) => (
            <div key={name}>
              <dt>{words(name)}</dt>
              <dd>{String(value)}</dd>
            </div>
          ))}
        </dl>
      );
    case "file":
      return (
        <a class="filed" href={content.url} target="_blank" rel="noopener" download={content.name}>
          {content.media_type.startsWith("image/") ? (
            <img src={content.url} alt={content.name} loading="lazy" />
          ) : (
            <>
              <Icon name="file" />
              <span class="clip">{content.name}</span>
              <span class="muted num">{bytes(content.bytes)}</span>
            </>
          )}
        </a>
      );
    default:
      return <p class="muted">{t.conversation.unknown(content.type)}</p>;
  }
}

function Line({ at, author, content }: { at: string; author: Author; content: Content }) {
  const told = tell(content, author);
  if (!told) return null;
  return (
    <div class={`talk-line ${told.tone ? `talk-line-${told.tone}` : ""}`}>
      <Icon name={told.icon} size={15} />
      <span>{told.text}</span>
      <time dateTime={at} title={full(at)} class="num">
        {clock(at)}
      </time>
    </div>
  );
}

function tell(content: Content, author: Author): { icon: IconName; text: string; tone?: "ember" | "good" } | undefined {
  const actor = author.kind === "agent" ? (author.id === me.value?.id ? t.you : (author.name ?? t.colleague)) : undefined;
  switch (content.type) {
    case "handoff":
      // Its reason speaks to the customer; for colleagues it stands under "Why" and in the list.
      if (content.state === "queued") return { icon: "clock", text: t.lines.queued, tone: "ember" };
      if (content.state === "unavailable") return { icon: "clock", text: t.lines.unavailable, tone: "ember" };
      if (content.state === "assigned") return { icon: "hand", text: t.lines.assigned(actor ?? content.agent ?? t.colleague) };
      return { icon: "bot", text: t.lines.returned(actor) };
    case "status":
      if (content.state === "resolved") return { icon: "done", text: t.lines.resolved(actor), tone: "good" };
      if (content.state === "reopened") return { icon: "undo", text: t.lines.reopened(actor) };
      return undefined;
    case "survey":
      return { icon: "chart", text: t.lines.survey };
    case "survey_result":
      return { icon: "chart", text: t.lines.score(content.score, content.comment), tone: "good" };
    default:
      return undefined;
  }
}
