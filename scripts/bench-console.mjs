/**
 * Measures the console in a browser against a real server: how long it takes to open with
 * thousands of open conversations, how smooth it stays while customers write, and how long
 * a customer's message takes from its acknowledgement to the agent's page.
 *
 *   node scripts/bench-console.mjs [--conversations 5000] [--rate 50] [--seconds 20]
 *
 * RAPPORT_BINARY names the binary; target/release/rapport by default. Prints a table, and
 * one JSON object with --json.
 */

import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const home = fileURLToPath(new URL("..", import.meta.url));
process.env.RAPPORT_BINARY ??= `${home}target/release/rapport`;

const { launch } = await import("../tests/e2e/support/browser.mjs");
const { Desk } = await import("../tests/e2e/support/desk.mjs");
const { Server } = await import("../tests/e2e/support/server.mjs");
const { WebSocket } = createRequire(new URL("../web/package.json", import.meta.url))("ws");

const { values } = parseArgs({
  options: {
    conversations: { type: "string", default: "5000" },
    rate: { type: "string", default: "50" },
    seconds: { type: "string", default: "20" },
    json: { type: "boolean", default: false },
  },
});
const conversations = Number(values.conversations);
const rate = Number(values.rate);
const seconds = Number(values.seconds);

const tell = (text) => process.stderr.write(`bench: ${text}\n`);

/** Customers that write; each tells when a message of theirs was acknowledged. */
class Crowd {
  sockets = [];
  acknowledged = new Map();

  constructor(server) {
    this.url = `${server.url.replace("http", "ws")}/v1/chat?inbox=demo`;
  }

  /** One more customer, who says one thing and stays. */
  arrives(text) {
    return new Promise((done, fail) => {
      const socket = new WebSocket(this.url);
      const first = randomUUID();
      socket.on("open", () => {
        socket.send(JSON.stringify({ type: "hello", locale: "en" }));
        socket.send(JSON.stringify({ type: "message", client_msg_id: first, text }));
      });
      socket.on("error", fail);
      socket.on("message", (data) => {
        const frame = JSON.parse(String(data));
        if (frame.type !== "ack") return;
        if (frame.client_msg_id === first) done();
        else this.acknowledged.get(frame.client_msg_id)?.(Date.now());
      });
      this.sockets.push(socket);
    });
  }

  /** Somebody writes; gives when it was acknowledged. */
  write(socket, text) {
    const id = randomUUID();
    return new Promise((done) => {
      this.acknowledged.set(id, (at) => {
        this.acknowledged.delete(id);
        done(at);
      });
      socket.send(JSON.stringify({ type: "message", client_msg_id: id, text }));
    });
  }
}

const SAID = ["do you ship to Norway?", "where is my order?", "my lamp arrived broken", "how do I return something?", "thank you!"];

function quantile(sorted, q) {
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

// All customers come from one address here.
const folder = mkdtempSync(join(tmpdir(), "rapport-bench-"));
writeFileSync(join(folder, "rapport.toml"), "[limits]\naddress_rate = 100000\n");
const server = await Server.start({ RAPPORT_CONFIG: join(folder, "rapport.toml") });
const browser = await launch();
const crowd = new Crowd(server);

try {
  tell(`${conversations} customers arrive`);
  for (let i = 0; i < conversations; i += 40) {
    const now = Array.from({ length: Math.min(40, conversations - i) }, (_, k) => crowd.arrives(SAID[(i + k) % SAID.length]));
    await Promise.all(now);
  }
  const owner = await Desk.owner(server, browser, { reducedMotion: "no-preference" });
  const told = async () => (await owner.call("GET", "/v1/conversations/counts")).open;
  tell(`${await told()} conversations are open`);
  await owner.close();

  tell("opening the console");
  const opened = [];
  for (let i = 0; i < 5; i++) {
    const desk = await Desk.at(server, browser);
    await desk.go("/login");
    await desk.signIn("noor@shop.example");
    await desk.rows.first().waitFor();
    const page = await desk.context.newPage();
    await page.goto(`${server.url}/console/#/inbox/open`);
    await page.locator(".virtual-row a").first().waitFor();
    opened.push(await page.evaluate(() => performance.now()));
    await desk.close();
  }
  opened.sort((a, b) => a - b);

  tell(`${rate} messages a second for ${seconds} s`);
  const desk = await Desk.at(server, browser, { reducedMotion: "no-preference" });
  await desk.go("/login");
  await desk.signIn("noor@shop.example");
  await desk.rows.first().waitFor();
  // A second socket of the page notes when it hears of each message.
  await desk.page.evaluate(async () => {
    globalThis.heard = new Map();
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/v1/console`);
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.type === "event" && frame.author.kind === "customer") globalThis.heard.set(frame.content.text, Date.now());
    };
    await new Promise((open) => (socket.onopen = open));
    socket.send(JSON.stringify({ type: "hello" }));
    globalThis.frames = [];
    let last = performance.now();
    const frame = (at) => {
      globalThis.frames.push(at - last);
      last = at;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const acknowledged = new Map();
  const end = Date.now() + seconds * 1000;
  for (let n = 0; Date.now() < end; n++) {
    const text = `message ${n}: ${SAID[n % SAID.length]}`;
    void crowd.write(crowd.sockets[(n * 7919) % crowd.sockets.length], text).then((at) => acknowledged.set(text, at));
    await new Promise((next) => setTimeout(next, 1000 / rate));
  }
  await new Promise((settle) => setTimeout(settle, 3000));
  const clicked = Date.now();
  await desk.rows.nth(3).click();
  await desk.log.waitFor();
  const click = Date.now() - clicked;
  const { heard, frames } = await desk.page.evaluate(() => ({ heard: [...globalThis.heard], frames: globalThis.frames.sort((a, b) => a - b) }));
  const delays = heard.flatMap(([text, at]) => (acknowledged.has(text) ? [Math.max(0, at - acknowledged.get(text))] : [])).sort((a, b) => a - b);

  const result = {
    conversations,
    rate,
    open_ms: { best: Math.round(opened[0]), median: Math.round(opened[2]), worst: Math.round(opened[4]) },
    frame_ms: { p50: +quantile(frames, 0.5).toFixed(1), p99: +quantile(frames, 0.99).toFixed(1), max: +frames.at(-1).toFixed(1) },
    open_conversation_ms: click,
    ack_to_page_ms: { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99), max: delays.at(-1) },
    sent: acknowledged.size,
    heard: delays.length,
  };
  if (values.json) console.log(JSON.stringify(result));
  else console.table({ "console opens, ms": result.open_ms, "frames, ms": result.frame_ms, "ack to the agent's page, ms": result.ack_to_page_ms });
  if (!values.json) console.log(`a conversation opens in ${click} ms; ${result.heard} of ${result.sent} messages were heard`);
} finally {
  for (const socket of crowd.sockets) socket.terminate();
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
