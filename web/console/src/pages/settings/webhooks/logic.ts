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

export const LANGUAGES = ["python", "node", "php", "go"] as const;
export type Language = (typeof LANGUAGES)[number];

/** How a receiver verifies a delivery; docs/webhooks.md has the same. */
export const SNIPPETS: Record<Language, string> = {
  python: `from standardwebhooks import Webhook, WebhookVerificationError


def verify(headers: dict, body: bytes, secret: str) -> bool:
    """\`headers\` with names in small letters, \`body\` as it came."""
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True`,
  node: `import { createHmac, timingSafeEqual } from "node:crypto";

// \`headers\` as Node has them, \`body\` a Buffer as it came.
export function verify(headers, body, secret) {
  const id = headers["webhook-id"];
  const at = headers["webhook-timestamp"];
  if (!(Math.abs(Date.now() / 1000 - Number(at)) <= 300)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(\`\${id}.\${at}.\`).update(body).digest();
  return String(headers["webhook-signature"]).split(" ").some((one) => {
    const given = Buffer.from(one.replace(/^v1,/, ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}`,
  php: `<?php
// $headers with names in small letters, $body = file_get_contents('php://input').
function verify(array $headers, string $body, string $secret): bool
{
    $id = $headers['webhook-id'] ?? '';
    $at = $headers['webhook-timestamp'] ?? '';
    if (!ctype_digit($at) || abs(time() - (int) $at) > 300) {
        return false;
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$at.$body", $key, true));
    $fits = false;
    foreach (explode(' ', $headers['webhook-signature'] ?? '') as $given) {
        $fits = hash_equals($expected, $given) || $fits;
    }
    return $fits;
}`,
  go: `package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

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
	for _, given := range strings.Split(header.Get("webhook-signature"), " ") {
		if hmac.Equal([]byte(given), []byte(expected)) {
			return true
		}
	}
	return false
}`,
};
