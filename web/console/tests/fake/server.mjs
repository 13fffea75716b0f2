// A fake of the agents' API and the console socket, in memory: enough to draw every page
// and to put load on them. Used by tests and while developing; never shipped.
//
//   node console/tests/fake/server.mjs [--port 4600] [--conversations 40] [--rate 0] [--signed-out]

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { WebSocketServer } from "ws";
import { CHANNELS, changeInbox, inChannel, INBOXES, merge, newInbox, peopleOf, tested, twinFacts } from "./channels.mjs";
import { CANNED, NAMES, ORDERS, SUGGESTIONS, TALKS } from "./people.mjs";
import { makeTeaching, teaching } from "./teaching.mjs";
import { hooks, makeHooks } from "./webhooks.mjs";

const DIST = fileURLToPath(new URL("../../../dist/", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export async function start({ port = 0, conversations = 40, rate = 0, signedOut = false } = {}) {
  const world = makeWorld(conversations);
  world.signedIn = !signedOut;
  const http = createServer((request, response) => void answer(world, request, response));
  const sockets = new WebSocketServer({ server: http, path: "/v1/console" });
  sockets.on("connection", (socket) => connect(world, socket));
  await new Promise((done) => http.listen(port, "127.0.0.1", done));
  const timer = rate > 0 ? setInterval(() => somethingHappens(world), 1000 / rate) : undefined;
  const url = `http://127.0.0.1:${http.address().port}`;
  return {
    url,
    world,
    /** Somebody writes, feels like this, and may want a person. */
    says: (id, text, mood) => customerSays(world, id, text, mood),
    tell: (frame) => tell(world, frame),
    cut: () => sockets.clients.forEach((socket) => socket.terminate()),
    close: () => {
      clearInterval(timer);
      sockets.clients.forEach((socket) => socket.terminate());
      http.closeAllConnections();
      return new Promise((done) => http.close(done));
    },
  };
}

const ME = { id: "agt_me", name: "Noor", role: "owner", email: "noor@shop.example", status: "available", present: true, held: 0, capacity: 5, mail: true };
const OTHER = { id: "agt_sam", name: "Sam", role: "agent", email: "sam@shop.example", status: "available", present: true, held: 2, capacity: 5, mail: true };
const THIRD = { id: "agt_kim", name: "Kim", role: "agent", email: "kim@shop.example", status: "away", present: false, held: 0, capacity: 5, mail: true };

function makeWorld(count) {
  const world = { sockets: new Set(), cursor: 0, agents: [{ ...ME }, OTHER, THIRD], rows: new Map(), stories: new Map(), canned: [...CANNED], next: 0, merges: [], inboxes: structuredClone(INBOXES), refused: [{ origin: "https://old-shop.example", tries: 4, first_at: iso(90), last_at: iso(3) }], signedIn: true, hooks: makeHooks(), teaching: makeTeaching() };
  for (let i = 0; i < count; i++) makeConversation(world, i);
  const inWhatsApp = world.rows.get("cnv_000001");
  if (inWhatsApp) inChannel(inWhatsApp, world.stories.get(inWhatsApp.id));
  return world;
}

const iso = (minutesAgo) => new Date(Date.now() - minutesAgo * 60_000).toISOString();

function makeConversation(world, i) {
  const talk = TALKS[(i < TALKS.length ? i : (i * 7 + 2)) % TALKS.length];
  const id = `cnv_${String(i).padStart(6, "0")}`;
  const name = NAMES[i % NAMES.length];
  const customer = { id: `cus_${String(i * 7919 % 10000).padStart(4, "0")}`, created_at: iso(60 * 24 * 90), locale: "en", ...(name ? { name, email: `${name.toLowerCase().replace(/[^a-z]+/g, ".")}@post.example`, verified: i % 2 === 0 } : { verified: false }) };
  const minutes = (i * 13) % 170;
  const entries = [];
  const moods = [];
  let seq = 0;
  talk.says.forEach(([kind, text, sentiment, unhappy, intent], k) => {
    const at = iso(minutes + (talk.says.length - k) * 2);
    seq++;
    if (kind === "customer") {
      const analysis = analysisOf(text, sentiment, unhappy, intent);
      const explanation = explanationOf(intent, talk);
      entries.push({ seq, at, author: { kind: "customer", id: customer.id, name: customer.name }, content: { type: "text", text }, analysis, explanation });
      moods.push({ seq, sentiment, unhappiness: unhappy });
    } else if (kind === "answer") {
      const sources = [{ article: "damaged-item", title: "My item arrived damaged or broken", section: "What we need from you", url: "/help/damaged-item", snippet: text }];
      entries.push({ seq, at, author: { kind: "bot", name: "Wick" }, content: { type: "answer", text, confidence: 0.87, sources }, turn: `t${seq}`, in_reply_to: seq - 1 });
    } else if (kind === "products") {
      const items = ["Arden recycled wool blanket", "Mol fleece blanket"].map((title, n) => ({ sku: `AW-${n}`, title, price: n ? "17.90" : "39.90", currency: "EUR", reason: "under your limit of 60.00 EUR, blanket, in stock" }));
      entries.push({ seq, at, author: { kind: "bot", name: "Wick" }, content: { type: "products", items } });
    } else if (kind === "queued") {
      entries.push({ seq, at, author: { kind: "system" }, content: { type: "handoff", state: "queued", reason: talk.reason, position: 1 } });
    } else {
      entries.push({ seq, at, author: { kind: "bot", name: "Wick" }, content: { type: "text", text } });
    }
  });
  const waits = talk.reason && (i < 5 || i % 9 === 0);
  const words = entries.filter((one) => one.content.text).at(-1);
  const row = {
    id, inbox_id: "inb_1", channel: "web", customer_id: customer.id,
    customer: { name: customer.name, email: customer.email, verified: customer.verified },
    status: "open", holder: "bot", urgency: i === 0 ? 1 : 0, last_seq: seq,
    last_customer_seq: entries.filter((one) => one.author.kind === "customer").at(-1).seq,
    seen_seq: i % 3 === 0 ? 0 : seq,
    preview: { seq: words.seq, author: words.author.kind, text: words.content.text },
    unhappiness: talk.unhappiness, value: talk.value, need: 0, created_at: iso(minutes + 20), updated_at: iso(minutes),
    ...(waits ? { queued: { since: iso(minutes % 47), reason: talk.reason }, waiting_since: iso(minutes % 47) } : {}),
    ...(i === 3 || i % 11 === 7 ? { holder: "agent", agent_id: i === 3 ? ME.id : OTHER.id, agent_name: i === 3 ? ME.name : OTHER.name } : {}),
  };
  if (row.holder === "agent") delete row.queued;
  world.rows.set(id, row);
  world.stories.set(id, {
    customer, entries, moods, notes: i === 0 ? [{ id: "not_1", seq: 5, agent_id: OTHER.id, agent_name: "Sam", text: "First parcel was lost in Ghent. **Be generous.**", at: entries.at(-1).at }] : [],
    read_seq: seq, here: i % 2 === 0, page: { url: "https://shop.example/checkout", title: "Checkout" }, sentiment: moods.map((one) => one.sentiment), mails: [],
    ...(waits ? { summary: { reasons: [talk.reason, "Asked the same three times"], asked: entries.filter((one) => one.analysis).map((one) => one.content.text), sentiment: moods.map((one) => one.sentiment), entities: entries.flatMap((one) => one.analysis?.entities ?? []) } } : {}),
  });
}

function analysisOf(text, sentiment, unhappy, intent) {
  const order = /AW-\d+/.exec(text);
  return {
    language: { code: "en", confidence: 0.99 }, intent: { name: intent, confidence: 0.91, out_of_scope: false },
    intent_ranking: [{ name: intent, confidence: 0.91 }, { name: "delivery_times", confidence: 0.05 }, { name: "complaint", confidence: 0.02 }],
    sentiment: { label: sentiment < -0.25 ? "negative" : sentiment > 0.25 ? "positive" : "neutral", score: sentiment, confidence: 0.8 },
    emotions: unhappy > 0.6 ? { annoyance: 0.71, disappointment: 0.44 } : {},
    entities: order ? [{ type: "order_number", value: order[0], text: order[0], start: order.index, end: order.index + order[0].length, confidence: 0.99 }] : [],
    unhappiness: { p: unhappy, reasons: unhappy > 0.6 ? ["Asked the same thing before", "Words of anger"] : [] }, timings_ms: {},
  };
}

function explanationOf(intent, talk) {
  const human = intent === "talk_to_human";
  return {
    acts: human ? ["escalate"] : ["answer"],
    because: [human ? "the message means `talk_to_human`, which always brings in a person" : "the article's passage answers this with 87 %"],
    passages: human ? [] : [{ article: "damaged-item", section: "What we need from you", confidence: 0.87 }, { article: "returns", section: "Sending it back", confidence: 0.31 }],
    ...(human && talk.reason ? { summary: { reasons: [talk.reason], asked: [], sentiment: [], entities: [] } } : {}),
  };
}

function tell(world, frame, except) {
  const text = JSON.stringify(frame);
  for (const socket of world.sockets) if (socket !== except && socket.readyState === 1) socket.send(text);
}

function connect(world, socket) {
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data));
    if (frame.type === "hello") {
      world.sockets.add(socket);
      socket.send(JSON.stringify({ type: "welcome", agent: world.agents[0], cursor: world.cursor, heartbeat_s: 60 }));
      socket.send(JSON.stringify({ type: "presence", agents: world.agents }));
    } else if (frame.type === "ping") socket.send(JSON.stringify({ type: "pong" }));
    else if (frame.type === "seen") world.rows.get(frame.conversation_id).seen_seq = frame.seq;
  });
  socket.on("close", () => world.sockets.delete(socket));
}

function append(world, id, entry) {
  const row = world.rows.get(id);
  const story = world.stories.get(id);
  const seq = ++row.last_seq;
  const whole = { seq, at: new Date().toISOString(), ...entry };
  story.entries.push(whole);
  row.updated_at = whole.at;
  if (whole.content.text) row.preview = { seq, author: whole.author.kind, text: whole.content.text };
  if (whole.author.kind === "customer") row.last_customer_seq = seq;
  tell(world, { type: "event", cursor: ++world.cursor, conversation_id: id, analysis: null, ...whole });
  return seq;
}

function changed(world, id) {
  const { seen_seq: _, ...row } = world.rows.get(id);
  tell(world, { type: "conversation", conversation: row });
  tell(world, { type: "queue", ...countsOf(world) });
}

function customerSays(world, id, text, mood = {}) {
  const row = world.rows.get(id);
  const story = world.stories.get(id);
  const seq = append(world, id, { author: { kind: "customer", id: row.customer_id, name: row.customer.name }, content: { type: "text", text } });
  const p = mood.unhappiness ?? row.unhappiness;
  row.unhappiness = p;
  const analysis = analysisOf(text, mood.sentiment ?? 0, p, mood.intent ?? "small_talk");
  Object.assign(story.entries.at(-1), { analysis });
  tell(world, { type: "analysis", conversation_id: id, seq, analysis, explanation: explanationOf(mood.intent ?? "small_talk", {}) });
  if (mood.queued) {
    row.queued = { since: new Date().toISOString(), reason: mood.queued };
    row.waiting_since = row.queued.since;
    append(world, id, { author: { kind: "system" }, content: { type: "handoff", state: "queued", reason: mood.queued, position: 1 } });
  }
  changed(world, id);
  return seq;
}

function somethingHappens(world) {
  const ids = [...world.rows.keys()];
  const id = ids[(world.next++ * 7919) % ids.length];
  const p = ((world.next * 37) % 100) / 100;
  customerSays(world, id, `Message number ${world.next}, about something`, { unhappiness: p, ...(p > 0.9 ? { queued: "The customer is unhappy" } : {}) });
}

function countsOf(world) {
  const open = [...world.rows.values()].filter((row) => row.status === "open" && !row.snoozed_until);
  return {
    queued: open.filter((row) => row.queued).length, mine: open.filter((row) => row.agent_id === ME.id).length, unassigned: open.filter((row) => row.holder === "bot").length,
    assigned: open.filter((row) => row.holder === "agent").length, open: open.length, snoozed: [...world.rows.values()].filter((row) => row.status === "open" && row.snoozed_until).length,
    resolved: [...world.rows.values()].filter((row) => row.status === "resolved").length, offered: 0,
  };
}

const need = (row) => 50 * row.unhappiness + (row.waiting_since ? 30 + Math.min(30, (Date.now() - Date.parse(row.waiting_since)) / 120_000) : 0) + 10 * Math.min(1, Number(row.value) / 500);

function listOf(world, query) {
  const state = query.get("state") ?? "all";
  const words = query.get("q")?.toLowerCase();
  let list = [...world.rows.values()].filter((row) => {
    if (words) return JSON.stringify([row.customer, world.stories.get(row.id).entries]).toLowerCase().includes(words);
    if (state === "resolved") return row.status === "resolved";
    if (state === "snoozed") return row.status === "open" && row.snoozed_until;
    return row.status === "open" && !row.snoozed_until && (state !== "queued" || row.queued);
  });
  list.sort(query.get("order") === "need" ? (a, b) => need(b) - need(a) : (a, b) => (a.updated_at < b.updated_at ? 1 : -1));
  const from = Number(query.get("cursor") ?? 0);
  const limit = Number(query.get("limit") ?? 50);
  return { items: list.slice(from, from + limit), ...(from + limit < list.length ? { next_cursor: String(from + limit) } : {}) };
}

async function answer(world, request, response) {
  const url = new URL(request.url, "http://fake");
  const path = url.pathname;
  let text = "";
  for await (const part of request) text += part;
  const body = text && request.headers["content-type"]?.includes("json") ? JSON.parse(text) : { form: text };
  const send = (status, value) => {
    response.writeHead(status, { "Content-Type": status >= 400 ? "application/problem+json" : "application/json" });
    response.end(value === undefined ? undefined : JSON.stringify(value));
  };
  const problem = (status, detail, more = {}) => send(status, { title: "No", status, detail, ...more });
  try {
    if (path.startsWith("/v1/")) return api(world, request.method, path, url.searchParams, body, send, problem);
    await file(path, response);
  } catch (error) {
    problem(500, String(error));
  }
}

async function file(path, response) {
  const name = path === "/console" || path === "/console/" ? "/console/index.html" : path;
  try {
    const bytes = await readFile(join(DIST, name));
    response.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream", "Content-Security-Policy": POLICY });
    response.end(bytes);
  } catch {
    response.writeHead(404).end("not here");
  }
}

function api(world, method, path, query, body, send, problem) {
  const session = () => ({ shop: "Alder & Wick", setup: world.setup === true, ...(world.signedIn ? { agent: world.agents[0] } : {}) });
  const route = `${method} ${path}`;
  if (route === "GET /v1/session") return send(200, session());
  if (route === "POST /v1/session") {
    if (body.password !== "correct horse battery") return problem(401, "the address or the password is wrong");
    world.signedIn = true;
    return send(200, world.agents[0]);
  }
  if (route === "DELETE /v1/session") return (world.signedIn = false), send(204);
  if (path.startsWith("/v1/links/")) {
    if (path.endsWith("gone")) return problem(404, "no such link");
    if (method === "GET") return send(200, { kind: path.endsWith("reset") ? "reset" : path.endsWith("join") ? "invitation" : "setup", role: "agent", email: path.endsWith("setup") ? undefined : "kim@shop.example", expires_at: iso(-600) });
    world.signedIn = true;
    return send(200, world.agents[0]);
  }
  if (!world.signedIn) return problem(401, "sign in first");
  if (route === "PATCH /v1/me") {
    Object.assign(world.agents[0], body);
    tell(world, { type: "presence", agents: world.agents });
    return send(200, world.agents[0]);
  }
  if (route === "GET /v1/agents") return send(200, { items: world.agents });
  if (route === "GET /v1/invitations") return send(200, { items: [{ id: "inv_1", email: "lee@shop.example", role: "agent", expires_at: iso(-60 * 24 * 6) }] });
  if (route === "POST /v1/invitations" || /agents\/.*\/reset$/.test(path)) return send(201, { id: "l", url: "https://chat.shop.example/console/#/join/lnk_Zk3b0hV1mJ8QxJ4yq2mB5mJ8o1l3cX9e", mailed: false, expires_at: iso(-60 * 24 * 7) });
  if (route === "GET /v1/conversations") return send(200, listOf(world, query));
  if (route === "GET /v1/conversations/counts") return send(200, countsOf(world));
  if (route === "GET /v1/canned-replies") return send(200, { items: world.canned });
  if (route === "GET /v1/reports/today") return send(200, reportOf(world));
  if (route === "GET /v1/settings" || route === "PATCH /v1/settings") return send(200, settingsOf(body));
  if (route === "GET /v1/channels") return send(200, { items: CHANNELS });
  if (route === "POST /v1/channels/test") return send(200, tested(body));
  if (route === "GET /v1/inboxes") return send(200, { items: [inboxOf(world), ...world.inboxes] });
  if (route === "POST /v1/inboxes") return send(201, newInbox(world, body));
  const inbox = world.inboxes.find((one) => path === `/v1/inboxes/${one.id}`);
  if (inbox && method === "PATCH") return send(200, changeInbox(inbox, body));
  if (path.endsWith("/origins")) {
    world.refused = [];
    return send(200, inboxOf(world));
  }
  if (route === "GET /v1/mails") return send(200, { items: query.get("state") === "failed" ? [{ id: "mal_1", kind: "escalation", to: "kim@shop.example", subject: "Anneke De Vos needs a person", state: "failed", attempts: 8, conversation_id: "cnv_000000", created_at: iso(400), error: "connection refused by smtp.shop.example:587" }] : [] });
  if (route === "POST /v1/settings/mail/test") return send(200, { sent: false, error: "smtp.shop.example:587 refused the connection" });
  if (path.startsWith("/v1/merges/")) {
    world.merges = world.merges.filter((one) => !path.includes(one.id));
    return send(200, { id: path.split("/")[3], customer_id: "cus_0000" });
  }
  if (route === "GET /v1/customers") return send(200, { items: [...world.stories.values()].map((one) => ({ ...one.customer, conversations: 1, last_at: iso(5) })).filter((one) => JSON.stringify(one).toLowerCase().includes(query.get("query").toLowerCase())).slice(0, 5) });
  if (path.startsWith("/v1/customers/") && path.endsWith("/merge")) return send(200, merge(world, path.split("/")[3], body));
  if (path === "/v1/customers/cus_twin") return send(200, twinFacts(world.stories.get("cnv_000000")));
  if (/^\/v1\/(understanding|lessons|intents|training|models)\b/.test(path)) return teaching(world, tell, method, path, body, send, problem);
  if (path.startsWith("/v1/webhooks")) return hooks(world, method, path, query, body, send, problem);
  if (path.startsWith("/v1/customers/")) {
    const story = [...world.stories.values()].find((one) => path.endsWith(one.customer.id));
    return send(200, { customer: story.customer, ...peopleOf(world, story), attributes: story.customer.name ? { club_tier: "Hearth", city: "Ghent" } : {}, value: story.customer.name ? "412.60" : "0", orders: story.customer.name ? ORDERS : [], tracks: [{ name: "page_view", properties: { url: "https://shop.example/checkout" }, at: iso(2) }, { name: "add_to_cart", properties: { title: "Skagen wool throw" }, at: iso(4) }, { name: "product_view", properties: { title: "Skagen wool throw" }, at: iso(5) }], conversations: [{ id: "cnv_000002", inbox_id: "inb_2", channel: "whatsapp", status: "resolved", created_at: iso(9000), updated_at: iso(8990), unhappiness: 0.1, preview: { seq: 3, author: "customer", text: "Great, thanks!" } }], ratings: [{ conversation_id: "cnv_000002", seq: 4, kind: "csat", score: 5, comment: "quick", at: iso(8000) }] });
  }
  const found = /^\/v1\/conversations\/([^/]+)(?:\/([^/]+))?/.exec(path);
  const row = found && world.rows.get(found[1]);
  if (!row) return problem(404, "no such conversation");
  const id = row.id;
  const mine = { kind: "agent", id: ME.id, name: ME.name };
  if (!found[2]) return send(200, { ...row, ...world.stories.get(id) });
  const done = (undo) => {
    changed(world, id);
    send(200, { seq: row.last_seq, undo: undo && { method: "POST", path: `/v1/conversations/${id}/${undo}`, body: {} } });
  };
  const hold = (agent) => Object.assign(row, { holder: "agent", agent_id: agent.id, agent_name: agent.name });
  const free = () => (delete row.agent_id, delete row.agent_name, (row.holder = "bot"));
  switch (found[2]) {
    case "suggestions":
      return send(200, { items: SUGGESTIONS });
    case "entries":
      return send(200, { items: world.stories.get(id).entries.filter((one) => one.seq > Number(query.get("after"))) });
    case "deliver":
      world.stories.get(id).waits = [];
      changed(world, id);
      return send(204);
    case "files": {
      if (row.agent_id !== ME.id) return problem(409, "take the conversation first", { code: "not_held" });
      const name = /filename="([^"]*)"/.exec(body.form)?.[1] ?? "file";
      if (name.includes("large")) return problem(413, "a file may have 10485760 bytes");
      const seq = append(world, id, { author: mine, content: { type: "file", id: `fil_${row.last_seq}`, name, media_type: "text/plain", bytes: body.form.length, url: "/v1/files/fil_1" } });
      changed(world, id);
      return send(201, { seq });
    }
    case "take":
      if (row.agent_id && row.agent_id !== ME.id) return problem(409, "another agent holds it", { code: "held", holder: { id: row.agent_id, name: row.agent_name } });
      hold(ME);
      delete row.queued;
      append(world, id, { author: mine, content: { type: "handoff", state: "assigned", reason: "taken", agent: ME.name } });
      return done("hand-back");
    case "assign":
      hold(world.agents.find((agent) => agent.id === body.agent_id));
      return done("hand-back");
    case "hand-back":
      free();
      append(world, id, { author: mine, content: { type: "handoff", state: "returned", reason: "handed back" } });
      return done("take");
    case "snooze":
      if (body.until) row.snoozed_until = body.until;
      else delete row.snoozed_until;
      return done("snooze");
    case "resolve":
      row.status = "resolved";
      free();
      delete row.queued;
      delete row.waiting_since;
      append(world, id, { author: mine, content: { type: "status", state: "resolved" } });
      return done("reopen");
    case "reopen":
      row.status = "open";
      hold(ME);
      append(world, id, { author: mine, content: { type: "status", state: "reopened" } });
      return done("resolve");
    case "notes": {
      const note = { id: `not_${row.last_seq}_${world.next++}`, seq: row.last_seq, agent_id: ME.id, agent_name: ME.name, text: body.text, at: new Date().toISOString() };
      world.stories.get(id).notes.push(note);
      tell(world, { type: "note", conversation_id: id, note });
      return send(201, note);
    }
    case "messages": {
      if (row.agent_id !== ME.id) return problem(409, "take the conversation first", { code: "not_held" });
      const missed = world.stories.get(id).entries.filter((one) => one.seq > body.seen_seq && one.author.kind === "agent" && one.author.id !== ME.id);
      if (missed.length) return problem(409, "another agent has written meanwhile", { code: "conflict", missed });
      delete row.waiting_since;
      const seq = append(world, id, { author: mine, content: { type: "text", text: body.text } });
      changed(world, id);
      return send(201, { seq });
    }
    default:
      return send(204);
  }
}

function reportOf(world) {
  const start = new Date();
  start.setHours(0, 0, 0, 0);
  const hours = Array.from({ length: 24 }, (_, i) => {
    const messages = i > new Date().getHours() + 8 ? 0 : Math.max(0, Math.round(38 * Math.exp(-((i - 11) ** 2) / 18) + 22 * Math.exp(-((i - 19) ** 2) / 6) - 2));
    return { at: new Date(start.getTime() + i * 3_600_000).toISOString(), messages, conversations: Math.round(messages / 4.2) };
  });
  const messages = hours.reduce((sum, hour) => sum + hour.messages, 0);
  const waiting = [...world.rows.values()].filter((row) => row.queued);
  return {
    day: new Date().toISOString().slice(0, 10), time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, hours, messages, conversations: 84, answered_by_bot: 71, escalated: 13,
    waiting_now: waiting.length, longest_waiting_since: waiting.map((row) => row.waiting_since).sort()[0], waited: { taken: 9, median_s: 74 },
    csat: { answers: 22, average: 4.4, satisfied: 0.86, scores: [1, 1, 1, 5, 14] }, helpful: { yes: 41, no: 6 },
    unhappiest: [...world.rows.values()].sort((a, b) => b.unhappiness - a.unhappiness).slice(0, 4).map(({ id, customer, unhappiness, preview }) => ({ id, customer, unhappiness, preview })),
  };
}

function settingsOf(change) {
  const week = Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((day) => [day, [["09:00", "17:00"]]]));
  return {
    shop: { name: "Alder & Wick", locale: "en", currency: "EUR", time_zone: "Europe/Brussels", sample: true }, public_url: "https://chat.shop.example",
    hours: { time_zone: "Europe/Brussels", week, open_now: true, opens_at: null }, assignment: { mode: "offer", offer_s: 30 }, reminders: { after_s: [300, 1800] },
    mail: { configured: true, from: "Alder & Wick <chat@shop.example>", host: "smtp.shop.example", waiting: 0, failed: 1, last_error: "smtp.shop.example:587 refused the connection", last_sent_at: iso(300) }, ...change,
  };
}

function inboxOf(world) {
  return { id: "inb_1", public_key: "demo", name: "Web shop", channel: "web", active: true, credentials: {}, webhook_url: "", origins: ["https://shop.example"], settings: { assistant: "Wick", greeting: "Hello! Ask me about delivery, returns or our lamps." }, snippet: '<script async src="https://chat.shop.example/widget.js"></script>\n<script>\n  window.Rapport = window.Rapport || function () { (Rapport.q = Rapport.q || []).push(arguments) };\n  Rapport("boot", { inbox: "demo" });\n</script>', refused: world.refused };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: "string", default: "4600" }, conversations: { type: "string", default: "40" }, rate: { type: "string", default: "0" }, "signed-out": { type: "boolean", default: false } } });
  const { url } = await start({ port: Number(values.port), conversations: Number(values.conversations), rate: Number(values.rate), signedOut: values["signed-out"] });
  console.log(`fake console on ${url}/console/`);
}
