// What the pages of the webhooks compute: groups of events, addresses, snippets, JSON.

import type { EventKind, Webhook } from "../../../wire";

/** The kinds by what they are about, in the server's order. */
export function groups<T extends { type: EventKind }>(kinds: T[]): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const kind of kinds) {
    const about = kind.type.split(".")[0]!;
    found.set(about, [...(found.get(about) ?? []), kind]);
  }
  return [...found];
}

/** What is wrong with an address before the server is asked. */
export function wrongUrl(typed: string): "none" | "scheme" | "plain" | undefined {
  const text = typed.trim();
  if (!text) return "none";
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "scheme";
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return "scheme";
  return url.protocol === "http:" ? "plain" : undefined;
}

/** As people call it. */
export function nameOf(webhook: Pick<Webhook, "description" | "url">): string {
  if (webhook.description) return webhook.description;
  try {
    const url = new URL(webhook.url);
    return url.host + (url.pathname === "/" ? "" : url.pathname);
  } catch {
    return webhook.url;
  }
}

/** JSON as it is read; anything else as it is. */
export function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** So many need somebody's eyes. */
export const inTrouble = (webhooks: Webhook[]): number =>
  webhooks.filter((one) => one.health === "failing" || (one.health === "disabled" && one.trouble !== undefined)).length;

export const LANGUAGES = ["node", "python", "php", "go"] as const;
export type Language = (typeof LANGUAGES)[number];

/** How a receiver verifies a delivery; the secret stays in its environment. */
export const SNIPPETS: Record<Language, string> = {
  node: `// npm install standardwebhooks express
import express from "express";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.RAPPORT_WEBHOOK_SECRET);
const app = express();

// The raw body: what is parsed and written again has another signature.
app.post("/rapport", express.raw({ type: "application/json" }), (request, response) => {
  let event;
  try {
    event = webhook.verify(request.body, request.headers);
  } catch {
    return response.status(400).end();
  }
  response.status(204).end();
  console.log(event.type, event.data.conversation_id);
});

app.listen(3000);`,
  python: `# pip install standardwebhooks flask
import os
from flask import Flask, request
from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["RAPPORT_WEBHOOK_SECRET"])
app = Flask(__name__)

@app.post("/rapport")
def rapport():
    try:
        event = webhook.verify(request.get_data(), dict(request.headers))
    except WebhookVerificationError:
        return "", 400
    print(event["type"], event["data"]["conversation_id"])
    return "", 204`,
  php: `<?php
// No library needed.
$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$at = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
$key = base64_decode(substr(getenv('RAPPORT_WEBHOOK_SECRET'), strlen('whsec_')));
$expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$at.$body", $key, true));

$fits = false;
foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $signature) {
    $fits = hash_equals($expected, $signature) || $fits;
}
if (!$fits || abs(time() - (int) $at) > 300) {
    http_response_code(400);
    exit;
}
$event = json_decode($body, true);
http_response_code(204);`,
  go: `// No library needed.
func verify(header http.Header, body []byte, secret string) bool {
	id, at := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", id, at, body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, signature := range strings.Split(header.Get("webhook-signature"), " ") {
		if hmac.Equal([]byte(signature), []byte(expected)) {
			return true
		}
	}
	return false
}`,
};
