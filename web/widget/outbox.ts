/**
 * What the customer has said and the server has not confirmed. It outlives a reload of
 * the tab, and is sent again under the same id until it is confirmed.
 */

import type { AckFrame, Entry, ErrorFrame, MessageFrame, RateFrame, Seq, SubmitFrame, SurveyFrame } from "../shared/wire";
import type { Shelf } from "./memory";

export type Frame = MessageFrame | SubmitFrame | RateFrame | SurveyFrame;

export interface Outgoing {
  id: string;
  frame: Frame;
  /** Milliseconds since 1970. */
  at: number;
  /** The server refused it for good, and why. */
  failed?: string;
  /** Names of the files that go with it, to be shown meanwhile. */
  files?: string[];
}

const NAME = "outbox";

export class Outbox {
  #shelf: Shelf;
  #changed: (waiting: Outgoing[]) => void;
  #all: Outgoing[];
  /** Messages whose event has come before their ack: already to be seen in the log. */
  #shown = new Set<string>();

  constructor(shelf: Shelf, changed: (waiting: Outgoing[]) => void) {
    this.#shelf = shelf;
    this.#changed = changed;
    this.#all = shelf.get<Outgoing[]>(NAME) ?? [];
  }

  /** What is to be shown as on its way, oldest first. */
  get waiting(): Outgoing[] {
    return this.#all.filter((one) => !this.#shown.has(one.id));
  }

  /** What is to be sent, or sent again, in order. */
  get unsent(): Outgoing[] {
    return this.#all.filter((one) => !one.failed);
  }

  add(frame: Frame, files?: string[]): Outgoing {
    const id = frame.type === "message" ? frame.client_msg_id : `${frame.type}:${frame.seq}`;
    const one: Outgoing = { id, frame, at: Date.now(), files };
    // A second rating of the same answer replaces the first.
    this.#all = [...this.#all.filter((other) => other.id !== id), one];
    this.#keep();
    return one;
  }

  drop(id: string): void {
    this.#all = this.#all.filter((one) => one.id !== id);
    this.#shown.delete(id);
    this.#keep();
  }

  clear(): void {
    this.#all = [];
    this.#shown.clear();
    this.#keep();
  }

  acknowledged(ack: AckFrame): void {
    this.drop(ack.client_msg_id);
  }

  /**
   * An entry of the customer's arrived: which waiting one is it? An event does not name
   * its client_msg_id and may come before the ack, so until then the words decide. At
   * worst a bubble that is on its way is hidden a moment too early.
   */
  arrived(entry: Entry): void {
    const { content } = entry;
    if (entry.author.kind !== "customer") return;
    if (content.type === "edit") return this.arrived({ ...entry, content: content.content });
    const same = this.#all.find(({ id, frame }) => {
      if (this.#shown.has(id)) return false;
      switch (frame.type) {
        case "message":
          return content.type === "text"
            ? (frame.text ?? frame.postback) === content.text
            : content.type === "file" && !frame.text && frame.attachments?.at(-1) === content.id;
        case "submit":
          return content.type === "submitted" && content.form === frame.seq;
        case "rate":
          return content.type === "rating" && content.seq === frame.seq && content.helpful === frame.helpful;
        case "survey":
          return content.type === "survey_result" && content.seq === frame.seq && content.score === frame.score;
      }
    });
    if (!same) return;
    // Only messages are acknowledged; of the others the entry itself is the confirmation.
    if (same.frame.type !== "message") return this.drop(same.id);
    this.#shown.add(same.id);
    this.#changed(this.waiting);
  }

  /** What was refused. Gives the wait before another try, or undefined if there is none. */
  refused(error: ErrorFrame): number | undefined {
    const again = error.code === "rate_limited" || error.code === "unavailable";
    if (again) return error.retry_after_ms ?? 1000;
    if (error.client_msg_id) {
      this.fail(error.client_msg_id, error.message);
    } else if (error.code === "conflict" || error.code === "bad_frame") {
      // Ratings, scores and forms carry no id: the server has no use for them any more.
      this.#all = this.#all.filter((one) => one.frame.type === "message");
      this.#keep();
    }
    return undefined;
  }

  /** The server will not take it. The customer sees that, and may send it anew. */
  fail(id: string, why: string): void {
    this.#all = this.#all.map((one) => (one.id === id ? { ...one, failed: why } : one));
    this.#keep();
  }

  /** The score that is on its way, for a survey or an answer. */
  find(type: "rate" | "survey" | "submit", seq: Seq): Outgoing | undefined {
    return this.#all.find((one) => one.id === `${type}:${seq}`);
  }

  #keep(): void {
    if (this.#all.length) this.#shelf.set(NAME, this.#all);
    else this.#shelf.delete(NAME);
    this.#changed(this.waiting);
  }
}
