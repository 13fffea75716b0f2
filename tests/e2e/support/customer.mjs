/** A customer on the raw socket, without a browser: fast, and as many as a test needs. */

import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { eventually } from "./browser.mjs";

const require = createRequire(new URL("../../../web/package.json", import.meta.url));
const { WebSocket } = require("ws");

export class Customer {
  events = [];
  typing = [];
  errors = [];
  pongs = 0;

  /** `line` are options of the socket: a certificate to trust, the address to come from. */
  static async meets(server, hello = {}, line = {}) {
    const customer = new Customer();
    const url = `${server.url.replace("http", "ws")}/v1/chat?inbox=demo`;
    customer.socket = new WebSocket(url, line);
    await new Promise((open, fail) => customer.socket.once("open", open).once("error", fail));
    const welcomed = new Promise((done) => {
      customer.socket.on("message", (data) => {
        const frame = JSON.parse(String(data));
        if (frame.type === "welcome") done(frame);
        if (frame.type === "event") customer.events.push(frame);
        if (frame.type === "typing") customer.typing.push(frame);
        if (frame.type === "error") customer.errors.push(frame);
        if (frame.type === "pong") customer.pongs += 1;
      });
    });
    customer.send({ type: "hello", locale: "en", ...hello });
    const welcome = await welcomed;
    customer.token = welcome.token;
    customer.conversation = welcome.conversation_id;
    return customer;
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  /** Says something, and waits until it stands in the log. */
  async says(text) {
    this.send({ type: "message", client_msg_id: randomUUID(), text });
    await this.hears((event) => event.author.kind === "customer" && event.content.text === text, text);
  }

  /** Waits for an event. */
  hears(fits, what = "an event") {
    return eventually(`the customer hears ${what}`, async () => {
      const found = this.events.find(fits);
      if (!found) throw new Error(`only ${JSON.stringify(this.events.map(({ author, content }) => [author.kind, content.type, content.text ?? content.state]))}`);
      return found;
    });
  }

  hearsText(text) {
    return this.hears((event) => event.content.text?.includes(text), `"${text}"`);
  }

  texts(kind) {
    return this.events.filter((event) => event.author.kind === kind && event.content.type === "text").map((event) => event.content.text);
  }

  leaves() {
    this.socket.close();
  }
}
