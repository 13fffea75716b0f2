// @vitest-environment happy-dom
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { groups, inTrouble, LANGUAGES, nameOf, pretty, SNIPPETS, wrongUrl } from "../src/pages/settings/webhooks/logic";
import { putWebhook, webhooks } from "../src/state/webhooks";
import type { Webhook } from "../src/wire";

const hook = (change: Partial<Webhook> = {}): Webhook => ({
  id: "whk_1",
  url: "https://shop.example/rapport",
  description: "",
  events: [],
  enabled: true,
  health: "good",
  waiting: 0,
  failed: 0,
  created_at: "2026-11-20T10:00:00Z",
  ...change,
});

describe("webhooks", () => {
  it("puts kinds of events together by what they are about", () => {
    const kinds = [{ type: "message.sent" }, { type: "rating.given" }, { type: "message.received" }] as const;
    expect(groups([...kinds])).toEqual([
      ["message", [{ type: "message.sent" }, { type: "message.received" }]],
      ["rating", [{ type: "rating.given" }]],
    ]);
  });

  it("tells a whole address from what is none", () => {
    expect(["https://shop.example/a", "http://shop.example", "shop.example/a", "ftp://shop.example", "", "  "].map(wrongUrl)).toEqual([
      undefined,
      "plain",
      "scheme",
      "scheme",
      "none",
      "none",
    ]);
  });

  it("calls a webhook by its name, else by where it leads", () => {
    expect(nameOf(hook({ description: "CRM" }))).toBe("CRM");
    expect(nameOf(hook())).toBe("shop.example/rapport");
    expect(nameOf(hook({ url: "https://shop.example/" }))).toBe("shop.example");
  });

  it("counts those that fail or were disabled, not those that somebody switched off", () => {
    const list = [hook(), hook({ health: "failing" }), hook({ health: "disabled" }), hook({ health: "disabled", trouble: "it is gone (410)" })];
    expect(inTrouble(list)).toBe(2);
  });

  it("shows JSON so that it can be read, and anything else as it is", () => {
    expect(pretty('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(pretty("<h1>no</h1>")).toBe("<h1>no</h1>");
  });

  it("keeps no secret in the page's state", () => {
    webhooks.value = [hook()];
    putWebhook(hook({ id: "whk_2", secret: "whsec_x" }));
    putWebhook(hook({ health: "failing" }));
    expect(webhooks.value.map((one) => [one.id, one.health, "secret" in one])).toEqual([
      ["whk_1", "failing", false],
      ["whk_2", "good", false],
    ]);
  });

  it("shows the code of the documentation, which is executed there", () => {
    const documented = readFileSync(join(import.meta.dirname, "../../../docs/webhooks.md"), "utf8");
    for (const language of LANGUAGES) expect(documented).toContain(`
${SNIPPETS[language]}
\`\`\``);
  });
});
