/** The shop's own system at the other end of the channel `api`, on loopback. */

import { createHmac, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { eventually } from "./browser.mjs";

export class System {
  secret = `whsec_${randomBytes(24).toString("base64")}`;
  /** What was posted to it, pings left out. */
  got = [];
  /** How it answers: a status. */
  answers = 200;
  #next = 1;

  static async start() {
    const system = new System();
    const http = createServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      const { id, type, ...rest } = JSON.parse(body);
      const genuine = request.headers["webhook-signature"] === system.#sign(request.headers["webhook-id"], request.headers["webhook-timestamp"], body);
      const status = genuine ? system.answers : 401;
      if (status === 200 && type === "messages") system.got.push({ id, ...rest });
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ id }));
    });
    await new Promise((done) => http.listen(0, "127.0.0.1", done));
    system.url = `http://127.0.0.1:${http.address().port}/rapport`;
    system.stop = () => http.close();
    return system;
  }

  #sign(id, timestamp, body) {
    const key = Buffer.from(this.secret.replace("whsec_", ""), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  }

  /** Posts to the inbox's address. */
  async post(webhook, message) {
    const body = JSON.stringify(message);
    const id = `evt-${this.#next++}`;
    const timestamp = String(Math.floor(Date.now() / 1000));
    const headers = { "Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": this.#sign(id, timestamp, body) };
    const answer = await fetch(webhook, { method: "POST", headers, body });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  }

  says(webhook, thread, person, text) {
    return this.post(webhook, { type: "message", id: `m-${this.#next}`, thread, person, text });
  }

  /** The message in which that stands, once it has come. */
  receives(words) {
    return eventually(`“${words}” has come`, async () => {
      const found = this.got.find((one) => JSON.stringify(one.messages).includes(words));
      if (!found) throw new Error(JSON.stringify(this.got));
      return found;
    });
  }
}
