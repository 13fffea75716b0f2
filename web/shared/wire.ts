/**
 * The words of the customer socket and of a conversation's log, as docs/interfaces.md
 * defines them. A client ignores fields and types that it does not know, so nothing here
 * is checked at run time beyond what is used.
 */

export type Seq = number;

export type AuthorKind = "customer" | "bot" | "agent" | "system";

export interface Author {
  kind: AuthorKind;
  id?: string;
  name?: string;
}

/** One entry of a conversation's log. */
export interface Entry {
  seq: Seq;
  /** RFC 3339, UTC. */
  at: string;
  author: Author;
  content: Content;
  in_reply_to?: Seq;
  turn?: string;
}

export interface Source {
  article: string;
  title: string;
  section: string;
  url: string;
  snippet: string;
}

export interface ProductCard {
  sku: string;
  title: string;
  /** Decimal string, for example "24.90". */
  price: string;
  /** ISO 4217. */
  currency: string;
  image?: string;
  url?: string;
  model_3d?: string;
  /** Why it is suggested, in words. */
  reason: string;
}

export interface Choice {
  title: string;
  /** Sent back as `postback`. */
  payload: string;
}

export interface FormField {
  name: string;
  label: string;
  kind: "text" | "email" | "phone" | "order_number";
  required: boolean;
}

export type TextContent = { type: "text"; text: string; postback?: string };
export type AnswerContent = { type: "answer"; text: string; confidence: number; sources: Source[] };
export type ProductsContent = { type: "products"; items: ProductCard[] };
export type ChoicesContent = { type: "choices"; text: string; options: Choice[] };
export type FormContent = { type: "form"; id: string; fields: FormField[] };
export type SubmittedContent = { type: "submitted"; form: Seq; values: Record<string, unknown> };
export type HandoffContent = {
  type: "handoff";
  state: "queued" | "assigned" | "returned" | "unavailable";
  reason: string;
  position?: number;
  eta_s?: number;
  agent?: string;
};
export type SurveyContent = {
  type: "survey";
  kind: "csat" | "nps" | "ces";
  scale: [number, number];
  question: string;
};
export type RatingContent = { type: "rating"; seq: Seq; helpful: boolean; comment?: string };
export type SurveyResultContent = { type: "survey_result"; seq: Seq; score: number; comment?: string };
export type FileContent = { type: "file"; id: string; name: string; media_type: string; bytes: number; url: string };
export type EditContent = { type: "edit"; edits: Seq; content: Content };
export type StatusContent = {
  type: "status";
  state?: "open" | "resolved" | "reopened";
  message?: Seq;
  delivery?: "sent" | "delivered" | "read" | "failed";
  /** Why it failed, in words. */
  reason?: string;
};

export type Content =
  | TextContent
  | AnswerContent
  | ProductsContent
  | ChoicesContent
  | FormContent
  | SubmittedContent
  | HandoffContent
  | SurveyContent
  | RatingContent
  | SurveyResultContent
  | FileContent
  | EditContent
  | StatusContent;

export interface Identity {
  user_id: string;
  email?: string;
  /** E.164. */
  phone?: string;
  name?: string;
  hmac: string;
}

export interface Page {
  url?: string;
  title?: string;
  referrer?: string;
}

export type HelloFrame = {
  type: "hello";
  token?: string;
  resume_after?: Seq;
  tab?: string;
  locale?: string;
  page?: Page;
  identity?: Identity;
};
export type MessageFrame = {
  type: "message";
  client_msg_id: string;
  text?: string;
  attachments?: string[];
  postback?: string;
};
export type SubmitFrame = { type: "submit"; seq: Seq; values: Record<string, string> };
export type RateFrame = { type: "rate"; seq: Seq; helpful: boolean; comment?: string };
export type SurveyFrame = { type: "survey"; seq: Seq; score: number; comment?: string };
export type TrackFrame = { type: "track"; name: string; properties?: Record<string, unknown> };

export type ClientFrame =
  | HelloFrame
  | MessageFrame
  | SubmitFrame
  | RateFrame
  | SurveyFrame
  | TrackFrame
  | { type: "typing"; on: boolean }
  | { type: "read"; seq: Seq }
  | { type: "ping" };

/** How an inbox presents itself, as its owner set it. Every field may be missing. */
export interface InboxSettings {
  assistant?: string;
  greeting?: string;
  locale?: string;
  theme?: {
    accent?: string;
    scheme?: "auto" | "light" | "dark";
    side?: "left" | "right";
    /** Of the corners, in pixels. */
    radius?: number;
    /** The words on the button that opens the chat. */
    launcher?: string;
  };
  /** Asked before the first message; answered by a `submit` with the seq 0. */
  pre_chat?: { text: string; fields: FormField[] };
}

export type WelcomeFrame = {
  type: "welcome";
  token: string;
  customer_id: string;
  conversation_id: string;
  last_seq: Seq;
  assistant: { name: string; disclosure: string };
  heartbeat_s: number;
  upload_bytes?: number;
  settings?: InboxSettings;
};
export type AckFrame = { type: "ack"; client_msg_id: string; seq: Seq; at: string };
export type EventFrame = { type: "event" } & Entry;
export type TypingFrame = { type: "typing"; author: Author; on: boolean };
export type ErrorFrame = {
  type: "error";
  code:
    | "bad_frame"
    | "too_large"
    | "rate_limited"
    | "unauthorized"
    | "forbidden_origin"
    | "unknown_inbox"
    | "conflict"
    | "unavailable";
  message: string;
  client_msg_id?: string;
  retry_after_ms?: number;
};

export type ServerFrame = WelcomeFrame | AckFrame | EventFrame | TypingFrame | ErrorFrame | { type: "pong" };
