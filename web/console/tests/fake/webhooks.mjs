// The webhooks of the fake: one in each state of health, with deliveries to look at.

const iso = (minutesAgo) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
const secret = () => `whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64")}`;

const KINDS = [
  ["conversation.created", "A customer has begun a conversation."],
  ["conversation.queued", "The customer waits for a person; `content.reason` says why."],
  ["conversation.resolved", "The conversation was closed."],
  ["message.received", "The customer has written."],
  ["message.sent", "The bot or an agent has written: words, an answer with its sources, products, choices."],
  ["file.received", "The customer has sent a file."],
  ["rating.given", "The customer said whether an answer helped, or has changed their mind."],
  ["delivery.changed", "A channel told what became of a message: sent, delivered, read, or failed and why."],
];

function delivery(hook, n, state, more = {}) {
  const [type] = KINDS[n % KINDS.length];
  const id = `msg_${hook}_${String(n).padStart(15, "0")}`;
  const body = JSON.stringify({ type, timestamp: iso(n * 3), data: { conversation_id: "cnv_000001", customer_id: "cus_1", inbox_id: "inb_1", seq: n + 1, author: { kind: "customer", id: "cus_1" }, content: { type: "text", text: "Do you ship to Norway?" } } });
  return { id, type, conversation_id: "cnv_000001", state, attempts: state === "sent" ? 1 : 4, status: 200, answer: "ok", duration_ms: 84, tried_at: iso(n * 3), created_at: iso(n * 3), body, ...more };
}

export function makeHooks() {
  const base = { events: [], enabled: true, waiting: 0, failed: 0, created_at: iso(60 * 24 * 30) };
  const sent = (id) => Array.from({ length: 46 }, (_, n) => delivery(id, n, "sent"));
  return [
    { hook: { ...base, id: "whk_1", url: "https://crm.shop.example/rapport", description: "CRM", health: "good", last_sent_at: iso(2) }, deliveries: sent("1"), secret: secret() },
    {
      hook: { ...base, id: "whk_2", url: "https://warehouse.example/ingest?source=rapport", description: "", events: ["message.received", "rating.given"], health: "failing", trouble: "it answered 503", failing_since: iso(12), next_try_at: iso(-6), last_sent_at: iso(14), waiting: 3, failed: 1 },
      deliveries: [...[0, 1, 2].map((n) => delivery("2", n, "waiting", { status: 503, answer: "<h1>Service Unavailable</h1>", error: "it answered 503" })), delivery("2", 3, "failed", { status: 422, answer: '{"error":"unknown field"}', error: "it answered 422" }), ...sent("2").slice(4)],
      secret: secret(),
    },
    { hook: { ...base, id: "whk_3", url: "http://10.0.0.12:8080/hook", description: "Old script", health: "disabled", enabled: false, disabled_at: iso(600), trouble: "It has failed for three days; the last time the connection failed: connection refused.", waiting: 214 }, deliveries: [], secret: secret() },
  ];
}

export function hooks(world, method, path, query, body, send, problem) {
  if (path === "/v1/webhooks/events") return send(200, { items: KINDS.map(([type, description]) => ({ type, description, example: {} })), schema: {} });
  if (path === "/v1/webhooks") {
    if (method === "GET") return send(200, { items: world.hooks.map((one) => one.hook) });
    if (/\/\/(127|10|169\.254)\./.test(body.url)) return problem(422, "`url`: 127.0.0.1 is an address of the private network");
    const hook = { id: `whk_${world.hooks.length + 1}`, ...body, enabled: true, health: "new", waiting: 0, failed: 0, created_at: iso(0) };
    world.hooks.push({ hook, deliveries: [], secret: secret() });
    return send(201, { ...hook, secret: world.hooks.at(-1).secret });
  }
  const [, , , id, what, message, again] = path.split("/");
  const one = world.hooks.find((known) => known.hook.id === id);
  if (!one) return problem(404, "there is no such webhook");
  if (!what && method === "DELETE") return (world.hooks = world.hooks.filter((known) => known !== one)), send(204);
  if (!what) {
    const { skip_waiting: skip, ...change } = body;
    Object.assign(one.hook, change);
    if (change.enabled !== undefined) {
      one.hook.health = change.enabled ? "good" : "disabled";
      delete one.hook.trouble;
      if (change.enabled) one.hook.waiting = 0;
      if (skip) one.hook.failed = 214;
    }
    return send(200, one.hook);
  }
  if (what === "secret") {
    if (method === "POST") [one.secret, one.hook.old_secret_until] = [secret(), iso(-60 * 24)];
    return send(200, { secret: one.secret, old_secret_until: one.hook.old_secret_until });
  }
  if (what === "test") return send(200, one.hook.health === "failing" ? { works: false, status: 503, duration_ms: 31, answer: "<h1>Service Unavailable</h1>", error: "it answered 503" } : { works: true, status: 204, duration_ms: 58 });
  if (what === "replay") {
    for (const known of one.deliveries.filter((known) => body.since || known.state === "failed")) known.state = "sent";
    one.hook.failed = 0;
    return send(200, { replayed: 1 });
  }
  if (again) {
    const found = one.deliveries.find((known) => known.id === message);
    Object.assign(found, { state: "sent", status: 200, answer: "ok" });
    delete found.error;
    return send(200, found);
  }
  const state = query.get("state");
  const fitting = one.deliveries.filter((known) => !state || state === "all" || known.state === state);
  const from = Number(query.get("cursor") ?? 0);
  const limit = Number(query.get("limit") ?? 50);
  return send(200, { items: fitting.slice(from, from + limit), ...(from + limit < fitting.length ? { next_cursor: String(from + limit) } : {}) });
}
