// Channels, their inboxes and what is known of people across them, for the fake server.

const iso = (minutesAgo) => new Date(Date.now() - minutesAgo * 60_000).toISOString();

export const CHANNELS = [
  {
    kind: "slack",
    name: "Slack",
    summary: "Customers in shared channels, and colleagues who answer from Slack.",
    guide: "docs/channels/slack.md",
    webhook: true,
    fields: [
      { name: "bot_token", label: "Bot token", help: "OAuth & Permissions, Bot User OAuth Token.", example: "xoxb-…", required: true, secret: true },
      { name: "signing_secret", label: "Signing secret", help: "Basic Information, App Credentials.", example: "32 letters and digits", required: true, secret: true },
      { name: "staff_channel", label: "Channel for colleagues", help: "Who needs a person is told there.", example: "C0123456789", required: false, secret: false },
    ],
  },
  {
    kind: "whatsapp",
    name: "WhatsApp",
    summary: "Customers write to your number; you answer within 24 hours.",
    guide: "docs/channels/whatsapp.md",
    webhook: true,
    fields: [
      { name: "phone_number_id", label: "Phone number ID", help: "WhatsApp, API Setup, below your number.", example: "106540352242922", required: true, secret: false },
      { name: "access_token", label: "Access token", help: "Of a system user, so that it does not run out.", example: "EAAG…", required: true, secret: true },
    ],
  },
  { kind: "email", name: "E-mail", summary: "A mailbox of yours becomes an inbox.", guide: "https://docs.shop.example/email", webhook: false, fields: [{ name: "imap_host", label: "IMAP server", help: "Where mail is read.", example: "imap.shop.example", required: true, secret: false }] },
];

export const INBOXES = [
  channelInbox("inb_2", "Shop on WhatsApp", "whatsapp", { phone_number_id: "106540352242922", access_token: "…" }),
  channelInbox("inb_3", "Partners in Slack", "slack", { bot_token: "…", signing_secret: "…" }, { trouble: "Slack does not know this token any more (invalid_auth): make a new one and enter it below" }),
];

function channelInbox(id, name, channel, credentials, more = {}) {
  const webhook_url = `https://chat.shop.example/v1/channels/${id}`;
  return { id, public_key: `${channel}-1`, name, channel, active: true, credentials, webhook_url, origins: [], settings: {}, snippet: "", refused: [], ...more };
}

export function newInbox(world, { name, channel = "web", credentials = {}, public_key = "" }) {
  const spec = CHANNELS.find((one) => one.kind === channel);
  const shown = Object.fromEntries(Object.entries(credentials).map(([field, value]) => [field, spec?.fields.find((one) => one.name === field)?.secret ? "…" : value]));
  const inbox = channelInbox(`inb_${world.inboxes.length + 2}`, name, channel, shown, { public_key });
  world.inboxes.push(inbox);
  return inbox;
}

export function changeInbox(inbox, { name, active, credentials }) {
  if (name !== undefined) inbox.name = name;
  if (active !== undefined) inbox.active = active;
  if (credentials) {
    delete inbox.trouble;
    Object.assign(inbox.credentials, Object.fromEntries(Object.keys(credentials).map((field) => [field, "…"])));
  }
  return inbox;
}

export function tested({ credentials }) {
  const wrong = Object.values(credentials).some((value) => value.includes("wrong"));
  return wrong
    ? { works: false, findings: ["Slack does not know this token (invalid_auth): copy it anew from OAuth & Permissions."] }
    : { works: true, findings: ["Connected as “Alder & Wick” in the workspace alder-wick.", "It may read and write messages."] };
}

/** What a conversation in a channel shows that one on the website does not. */
export function inChannel(row, story) {
  const said = (text) => ({ at: iso(1), author: { kind: "agent", id: "agt_me", name: "Noor" }, content: { type: "text", text } });
  const told = (message, delivery, reason) => ({ at: iso(1), author: { kind: "system" }, content: { type: "status", message, delivery, ...(reason ? { reason } : {}) } });
  const add = (entry) => story.entries.push({ seq: ++row.last_seq, ...entry });
  Object.assign(row, { inbox_id: "inb_2", channel: "whatsapp", holder: "agent", agent_id: "agt_me", agent_name: "Noor" });
  delete row.queued;
  add(said("I have sent a new one. Here is the label for the broken one:"));
  const first = row.last_seq;
  add({ ...said(""), content: { type: "file", id: "fil_1", name: "return-label.pdf", media_type: "application/pdf", bytes: 48_213, url: "/v1/files/fil_1" } });
  const second = row.last_seq;
  add(told(first, "delivered"));
  add(told(first, "read"));
  add(told(second, "failed", "WhatsApp does not deliver to this number any more"));
  add(said("Has the label reached you?"));
  const third = row.last_seq;
  add(told(third, "delivered"));
  add(said("Good evening! Is everything settled?"));
  story.waits = [{ seq: row.last_seq, inbox_id: "inb_2", attempts: 3, next_at: iso(-12), error: "WhatsApp is too busy (HTTP 429)" }];
}

export function peopleOf(world, story) {
  const merges = world.merges.filter((one) => one.kept === story.customer.id).map(({ kept: _, ...one }) => one);
  const gone = new Set(merges.map((one) => one.customer.id));
  const { name, email } = story.customer;
  const twin = { id: "cus_twin", created_at: iso(60 * 24 * 30), name, email: email?.toUpperCase(), conversations: 2, last_at: iso(200), verified: false };
  const contacts = name ? [{ kind: "email", value: email, source: "signed", since: iso(9000) }, { kind: "phone", value: "+32475123456", source: "channel", since: iso(300) }] : [];
  return { contacts, merges, possible_duplicates: name && !gone.has(twin.id) ? [{ ...twin, same: "email" }] : [] };
}

export function twinFacts(story) {
  const { name, email } = story.customer;
  const conversations = [{ id: "cnv_000003", inbox_id: "inb_2", channel: "whatsapp", status: "resolved", created_at: iso(400), updated_at: iso(200), unhappiness: 0.3, preview: { seq: 1, author: "customer", text: "Hi, my lamp is broken" } }];
  return {
    customer: { id: "cus_twin", created_at: iso(60 * 24 * 30), name, email: email?.toUpperCase(), phone: "+32 475 12 34 56", verified: false }, attributes: {}, value: "0", orders: [], tracks: [], ratings: [],
    contacts: [{ kind: "whatsapp", value: "32475123456", source: "channel", since: iso(300) }], merges: [], possible_duplicates: [], conversations,
  };
}

export function merge(world, kept, { customer_id }) {
  const id = `mrg_${world.next++}`;
  world.merges.push({ id, kept, customer: { id: customer_id, name: "Anneke De Vos", created_at: iso(60 * 24 * 30), conversations: 2 }, conversations: 2, agent_id: "agt_me", agent_name: "Noor", at: iso(0) });
  return { id, customer_id: kept, undo: { method: "POST", path: `/v1/merges/${id}/undo`, body: {} } };
}
