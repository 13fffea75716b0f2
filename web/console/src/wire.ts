// What the server and the console tell each other, as docs/interfaces.md describes it.
// Fields that the page does not read are left out; unknown ones are ignored.

import type { Author, AuthorKind, Entry as LogEntry, FormField } from "../../shared/wire";

export type { Author, AuthorKind, Content, FormField, ProductCard, Source } from "../../shared/wire";

export type Role = "owner" | "admin" | "agent" | "viewer";
export type Presence = "available" | "away";

export interface Agent {
  id: string;
  name: string;
  role: Role;
  email?: string;
  status: Presence;
  present: boolean;
  held: number;
  capacity: number;
  mail: boolean;
}

export interface SessionInfo {
  shop: string;
  setup: boolean;
  agent?: Agent;
}

export interface OneTimeLink {
  kind: "setup" | "invitation" | "reset";
  role: Role;
  email?: string;
  name?: string;
  expires_at?: string;
}

export interface Link {
  id?: string;
  url: string;
  mailed: boolean;
  expires_at: string;
}

export interface Invitation {
  id: string;
  email: string;
  role: Role;
  name?: string;
  expires_at: string;
}

export interface Preview {
  seq: number;
  author: AuthorKind;
  text: string;
}

export interface CustomerBrief {
  name?: string;
  email?: string;
  verified?: boolean;
}

export interface Conversation {
  id: string;
  inbox_id: string;
  channel: string;
  customer_id: string;
  customer: CustomerBrief;
  status: "open" | "resolved";
  holder: "bot" | "agent";
  agent_id?: string;
  agent_name?: string;
  queued?: { since: string; reason: string };
  waiting_since?: string;
  urgency: number;
  offered_to?: string;
  snoozed_until?: string;
  last_seq: number;
  last_customer_seq: number;
  /** How far I have read; missing in the socket's frames. */
  seen_seq?: number;
  preview?: Preview;
  unhappiness: number;
  value?: string;
  need: number;
  created_at: string;
  updated_at: string;
}

export interface Counts {
  queued: number;
  mine: number;
  unassigned: number;
  assigned: number;
  open: number;
  snoozed: number;
  resolved: number;
  offered: number;
}

export interface Analysis {
  language: { code: string; confidence: number };
  intent: { name: string; confidence: number; out_of_scope: boolean };
  intent_ranking: { name: string; confidence: number }[];
  sentiment: { label: "negative" | "neutral" | "positive"; score: number; confidence: number };
  emotions: Record<string, number>;
  entities: { type: string; value: string; text: string; start: number; end: number; confidence: number }[];
  unhappiness: { p: number; reasons: string[] };
  /** The version of the model that read it; missing where it was not kept. */
  model?: string;
}

/** A customer's message. */
export interface MessageRef {
  conversation_id: string;
  seq: number;
}

export type DoubtReason = "out_of_scope" | "unsure" | "no_answer" | "in_vain" | "unhelpful";

export interface DoubtMessage extends MessageRef {
  text: string;
  reasons: DoubtReason[];
  at: string;
}

/** Messages that were not understood and mean about the same. */
export interface Cluster {
  title: string;
  count: number;
  reasons: Partial<Record<DoubtReason, number>>;
  likely: { name: string; confidence: number }[];
  messages: DoubtMessage[];
}

export interface Board {
  days: number;
  messages: number;
  clusters: Cluster[];
}

export interface IntentBrief {
  name: string;
  description: string;
  examples: number;
  taught: number;
  made_here: boolean;
}

/** What somebody said that a message means. */
export interface Lesson {
  id: string;
  verdict: "example" | "outside" | "dismissed";
  intent?: string;
  agent_name: string;
  at: string;
}

export interface Scores {
  examples: number;
  intents: number;
  accuracy: number;
  macro_f1: number;
  ece: number;
}

export interface ModelReport {
  outcome: "used" | "worse";
  scores: Scores;
  before?: Scores;
  compared?: { examples: number; before: number; now: number; gained: number; lost: number };
  intents: { name: string; examples: number; f1: number; before?: number }[];
  confusions: { expected: string; predicted: string; times: number; example: string }[];
  read: number;
  reread: number;
  changed: { text: string; before?: string; now?: string }[];
  taught: number;
  seconds: number;
}

export interface ModelVersion {
  number: number;
  source: "console" | "files";
  agent_name?: string;
  at: string;
  fits: boolean;
  report?: ModelReport;
}

export interface Training {
  last?: {
    id: string;
    state: "running" | "done" | "cancelled" | "failed";
    step: string;
    done: number;
    agent_name: string;
    model?: number;
    error?: string;
    began_at: string;
    ended_at?: string;
  };
  in_use?: number;
  models: ModelVersion[];
  lessons_since: number;
}

export interface Summary {
  reasons: string[];
  asked: string[];
  sentiment: number[];
  entities: Analysis["entities"];
}

export interface Explanation {
  acts: string[];
  because: string[];
  passages: { article: string; section: string; confidence: number }[];
  summary?: Summary;
}

/** An entry of the log, with what was understood and why it was answered so. */
export interface Entry extends LogEntry {
  analysis?: Analysis | null;
  explanation?: Explanation | null;
  lesson?: Lesson | null;
}

export interface Note {
  id: string;
  seq: number;
  agent_id: string;
  agent_name?: string;
  text: string;
  at: string;
}

export interface Mood {
  seq: number;
  sentiment: number;
  unhappiness: number;
}

export interface Customer extends CustomerBrief {
  id: string;
  external_id?: string | null;
  phone?: string | null;
  locale?: string | null;
  created_at: string;
}

export type MailState = "waiting" | "sent" | "failed";

export interface StoryMail {
  id: string;
  seq: number;
  to: string;
  state: MailState;
  at: string;
  error?: string;
}

/** What has not gone out to the customer yet, and why. */
export interface Wait {
  /** The first entry that waits. */
  seq: number;
  inbox_id: string;
  attempts: number;
  next_at: string;
  error: string;
}

/** A conversation with all that there is to tell about it. */
export interface StoryView extends Omit<Conversation, "customer"> {
  customer: Customer;
  entries: Entry[];
  notes: Note[];
  moods: Mood[];
  summary?: Summary;
  read_seq: number;
  here?: boolean;
  page?: { url: string; title?: string } | string | null;
  mails?: StoryMail[];
  waits?: Wait[];
}

export interface Order {
  number: string;
  placed_at: string;
  status: string;
  total: string | number;
  currency: string;
  lines: { sku: string; title?: string; quantity: number; price: string | number }[];
  carrier?: string | null;
  tracking?: string | null;
  expected_by?: string | null;
  delivered_at?: string | null;
  note?: string | null;
}

/** By what a customer is known, proven. */
export interface Contact {
  kind: string;
  value: string;
  source: "signed" | "import" | "channel" | "agent";
  since: string;
}

/** A customer among others. */
export interface Profile extends Customer {
  conversations: number;
  last_at?: string;
}

/** Somebody who may be the same person. */
export interface Duplicate extends Profile {
  same: "email" | "phone";
}

/** Another record that an agent found to be this person. */
export interface Merge {
  id: string;
  customer: Profile;
  conversations: number;
  agent_id: string;
  agent_name: string;
  at: string;
}

/** What a merge answers. */
export interface Merged {
  id: string;
  customer_id: string;
  undo?: UndoCall;
}

export interface Facts {
  customer: Customer;
  contacts: Contact[];
  merges: Merge[];
  possible_duplicates: Duplicate[];
  attributes: Record<string, unknown>;
  value?: string;
  orders: Order[];
  tracks: { name: string; properties: Record<string, unknown>; at: string }[];
  conversations: {
    id: string;
    inbox_id: string;
    channel: string;
    status: "open" | "resolved";
    created_at: string;
    updated_at: string;
    preview?: Preview;
    unhappiness: number;
  }[];
  ratings: { conversation_id: string; seq: number; kind: string; score: number; comment?: string; at: string }[];
}

export interface Suggestion {
  text: string;
  article: string;
  title: string;
  section: string;
  url: string;
  confidence: number;
}

export interface Canned {
  id: string;
  shortcut: string;
  title: string;
  text: string;
}

export interface Report {
  day: string;
  time_zone: string;
  hours: { at: string; conversations: number; messages: number }[];
  conversations: number;
  messages: number;
  answered_by_bot: number;
  escalated: number;
  waiting_now: number;
  longest_waiting_since?: string;
  waited: { taken: number; median_s?: number };
  csat: { answers: number; average?: number; satisfied?: number; scores: number[] };
  helpful: { yes: number; no: number };
  unhappiest: { id: string; customer: CustomerBrief; unhappiness: number; preview?: Preview }[];
}

export interface InboxSettings {
  assistant?: string;
  greeting?: string;
  locale?: string;
  theme?: {
    accent?: string;
    scheme?: "auto" | "light" | "dark";
    side?: "right" | "left";
    radius?: number;
    launcher?: string;
  };
  pre_chat?: { text?: string; fields: FormField[] } | null;
}

export interface Inbox {
  id: string;
  public_key: string;
  name: string;
  /** `web`, or a kind of `GET /v1/channels`. */
  channel: string;
  /** Whether it takes and sends anything. */
  active: boolean;
  /** Why it does not work now, in words. */
  trouble?: string;
  /** What it has of the channel's fields; of a secret, "…". */
  credentials: Record<string, string>;
  /** Where the vendor delivers; empty for `web`. */
  webhook_url: string;
  origins: string[];
  settings: InboxSettings;
  snippet: string;
  refused: { origin: string; tries: number; first_at: string; last_at: string }[];
}

/** A kind of channel, and what an inbox of it needs. */
export interface ChannelSpec {
  kind: string;
  name: string;
  summary: string;
  guide: string;
  fields: ChannelField[];
  webhook: boolean;
}

export interface ChannelField {
  name: string;
  label: string;
  help: string;
  example: string;
  required: boolean;
  secret: boolean;
}

/** What a test of credentials found. */
export interface Tested {
  works: boolean;
  findings: string[];
}

export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
export type Week = Partial<Record<Weekday, [string, string][]>>;

export interface Hours {
  time_zone: string;
  week: Week;
  open_now?: boolean;
  opens_at?: string | null;
}

export interface ShopSettings {
  shop: { name: string; locale: string; currency: string; time_zone: string; sample: boolean };
  public_url?: string | null;
  hours: Hours | null;
  assignment: { mode: "offer" | "hold" | "off"; offer_s: number };
  reminders: { after_s: number[] };
  mail: {
    configured: boolean;
    from?: string;
    host?: string;
    waiting: number;
    failed: number;
    last_error?: string | null;
    last_sent_at?: string | null;
  };
}

export interface Mail {
  id: string;
  kind: "escalation" | "reply" | "invitation" | "reset" | "webhook" | "test";
  to: string;
  subject: string;
  state: MailState;
  attempts: number;
  conversation_id?: string;
  created_at: string;
  next_try_at?: string;
  sent_at?: string;
  error?: string;
}

/** For example `message.sent`. */
export type EventKind = `${string}.${string}`;

export interface EventKindView {
  type: EventKind;
  description: string;
  example: unknown;
}

export interface Webhook {
  id: string;
  url: string;
  description: string;
  /** Empty for everything. */
  events: EventKind[];
  enabled: boolean;
  health: "new" | "good" | "failing" | "disabled";
  trouble?: string;
  failing_since?: string;
  next_try_at?: string;
  disabled_at?: string;
  last_sent_at?: string;
  waiting: number;
  failed: number;
  old_secret_until?: string;
  created_at: string;
  /** Only in the answer to the making. */
  secret?: string;
}

/** One event on its way to a webhook. */
export interface Delivered {
  id: string;
  type: EventKind;
  conversation_id: string;
  state: "waiting" | "sent" | "failed";
  attempts: number;
  status?: number;
  answer?: string;
  error?: string;
  duration_ms?: number;
  tried_at?: string;
  sent_at?: string;
  created_at: string;
  body: string;
}

export interface Pinged {
  works: boolean;
  status?: number;
  duration_ms: number;
  answer?: string;
  error?: string;
}

export interface Page<T> {
  items: T[];
  next_cursor?: string;
}

/** What an article did for customers. */
export interface Usage {
  found: number;
  shown: number;
  helpful: number;
  unhelpful: number;
  asked_again: number;
  person: number;
}

export interface ArticleRow {
  id: string;
  locale: string;
  title: string;
  category: string;
  url: string;
  version: number;
  edited: boolean;
  agent_name?: string;
  at: string;
  usage: Usage;
}

/** What an author writes. */
export interface ArticleText {
  title: string;
  tags: string[];
  category: string;
  body: string;
}

export interface Article extends ArticleText {
  id: string;
  locale: string;
  updated: string;
  url: string;
  version: number;
  edited: boolean;
  agent_name?: string;
  at: string;
  locales: string[];
}

export interface ArticleVersion {
  number: number;
  source: "console" | "file" | "import";
  agent_name?: string;
  at: string;
  removed: boolean;
  title?: string;
  tags?: string[];
  category?: string;
  body?: string;
}

export interface ArticleDraft extends ArticleText {
  locale: string;
  questions: string[];
}

export type GapReason = "no_answer" | "unhelpful" | "asked_again" | "person";

export interface GapQuestion {
  conversation_id: string;
  seq: number;
  text: string;
  reasons: GapReason[];
  at: string;
}

export interface Gap {
  title: string;
  count: number;
  reasons: Partial<Record<GapReason, number>>;
  nearest?: string;
  questions: GapQuestion[];
}

export interface Gaps {
  days: number;
  asked: number;
  open: number;
  closed: number;
  gaps: Gap[];
}

export interface MissedSearch {
  terms: string;
  locale: string;
  count: number;
  last_at: string;
}

export interface TrialAnswer {
  outcome: "answered" | "offered" | "declined" | "other";
  article?: string;
  title?: string;
  section?: string;
  text?: string;
  confidence: number;
}

export interface Trial {
  today: TrialAnswer;
  with_draft: TrialAnswer;
}

export interface Effect {
  asked: number;
  answered_today: number;
  answered_with_draft: number;
  changes: { question: string; today: TrialAnswer; with_draft: TrialAnswer }[];
}

/** The call that takes a change back. */
export interface UndoCall {
  method: string;
  path: string;
  body?: unknown;
}

export interface Changed {
  seq: number;
  undo?: UndoCall;
}

export interface Problem {
  title: string;
  status: number;
  detail?: string;
  code?: string;
  missed?: Entry[];
  holder?: { id: string; name: string };
}

export type ServerFrame =
  | { type: "welcome"; agent: Agent; cursor: number; heartbeat_s: number }
  | ({ type: "event"; cursor: number; conversation_id: string } & Entry)
  | { type: "analysis"; conversation_id: string; seq: number; analysis: Analysis; explanation?: Explanation }
  | { type: "conversation"; conversation: Conversation }
  | { type: "note"; conversation_id: string; note?: Note; deleted?: string }
  | ({ type: "queue"; longest_waiting_since?: string } & Omit<Counts, "mine" | "offered">)
  | { type: "presence"; agents: Agent[] }
  | { type: "typing"; conversation_id: string; author: Author; on: boolean }
  | { type: "seen"; conversation_id: string; seq: number }
  | { type: "read"; conversation_id: string; seq: number }
  | { type: "urgent"; conversation_id: string; step: number; waiting_since: string }
  | { type: "refused_origin"; inbox_id: string; origin: string }
  | { type: "mail"; state: MailState; kind: string; conversation_id?: string; error?: string }
  | { type: "webhook"; id: string; health: Webhook["health"] }
  | { type: "teaching" }
  | { type: "reload"; cursor: number }
  | { type: "error"; code: string; message: string }
  | { type: "pong" };

export type ClientFrame =
  | { type: "hello"; resume_after?: number }
  | { type: "typing"; conversation_id: string; on: boolean }
  | { type: "seen"; conversation_id: string; seq: number }
  | { type: "status"; status: Presence }
  | { type: "ping" };
