// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { alertOf } from "../src/state/alerts";
import type { ServerFrame } from "../src/wire";
import { entry, row } from "./build";

const told = (change: Parameters<typeof row>[0]): ServerFrame => ({ type: "conversation", conversation: row(change) });
const queued = { since: "2026-11-20T10:00:00Z", reason: "asked" };
const said = (who: "customer" | "bot"): ServerFrame => ({ type: "event", cursor: 1, conversation_id: "cnv_1", ...entry(2, who) });

describe("alerts", () => {
  it("tell of a new escalation once", () => {
    expect(alertOf(told({ queued }), row(), "me", undefined)?.kind).toBe("escalation");
    expect(alertOf(told({ queued }), row({ queued }), "me", undefined)).toBeUndefined();
  });
  it("tell whose turn it is, and nobody else", () => {
    expect(alertOf(told({ queued, offered_to: "me" }), row({ queued }), "me", undefined)?.kind).toBe("offer");
    expect(alertOf(told({ queued, offered_to: "you" }), row(), "me", undefined)).toBeUndefined();
  });
  it("tell that somebody still waits", () => {
    expect(alertOf({ type: "urgent", conversation_id: "cnv_1", step: 1, waiting_since: "" }, undefined, "me", undefined)?.kind).toBe("urgent");
  });
  it("tell of messages to me that I do not look at", () => {
    const mine = row({ holder: "agent", agent_id: "me" });
    expect(alertOf(said("customer"), mine, "me", undefined)?.kind).toBe("message");
    expect(alertOf(said("customer"), mine, "me", "cnv_1")).toBeUndefined();
    expect(alertOf(said("customer"), row({ agent_id: "you" }), "me", undefined)).toBeUndefined();
    expect(alertOf(said("bot"), mine, "me", undefined)).toBeUndefined();
  });
  it("are silent about what is resolved", () => {
    expect(alertOf(told({ queued, status: "resolved" }), row(), "me", undefined)).toBeUndefined();
  });
});
