// Teaching, of the fake: messages that were not understood, intents, models, and a
// training that takes a few seconds.

const iso = (minutesAgo) => new Date(Date.now() - minutesAgo * 60_000).toISOString();

const GROUPS = [
  ["Could you wrap it as a present?", ["is gift wrapping possible", "please wrap the lamp nicely, it is for my mother", "do you do gift wrap with a ribbon", "wrap it up as a gift pls", "can it come as a present"], ["out_of_scope", "no_answer"], [["gift_advice", 0.41], ["product_details", 0.12], ["greeting", 0.04]]],
  ["Do you ship with a courier of my choice", ["can I choose the courier", "I only want DHL, not GLS. The last time it was left with a neighbour whom I have never met and who was on holiday for three weeks."], ["unsure"], [["delivery_time", 0.38], ["delivery_cost", 0.27]]],
  ["that was not what I asked", ["this did not help me at all"], ["unhelpful", "in_vain"], [["complaint", 0.33]]],
  ["qwertz", [], ["out_of_scope"], [["greeting", 0.06]]],
];

const INTENTS = [
  ["complaint", "Is unhappy and says so."],
  ["delivery_cost", "Asks what delivery costs."],
  ["delivery_time", "Asks how long delivery takes."],
  ["gift_advice", "Looks for a present."],
  ["greeting", "Says hello."],
  ["order_status", "Wants to know where an order is or when it arrives."],
  ["product_details", "Asks about a product."],
  ["return_item", "Wants to send something back."],
].map(([name, description]) => ({ name, description, examples: 24, taught: 0, made_here: false }));

const REPORT = {
  outcome: "used",
  scores: { examples: 1462, intents: 56, accuracy: 0.953, macro_f1: 0.951, ece: 0.014 },
  before: { examples: 1455, intents: 56, accuracy: 0.949, macro_f1: 0.948, ece: 0.016 },
  compared: { examples: 1455, before: 0.949, now: 0.954, gained: 11, lost: 4 },
  intents: [
    { name: "gift_advice", examples: 30, f1: 0.94, before: 0.86 },
    { name: "delivery_cost", examples: 24, f1: 0.9, before: 0.93 },
    { name: "greeting", examples: 24, f1: 0.99, before: 0.99 },
  ],
  confusions: [{ expected: "delivery_cost", predicted: "delivery_time", times: 3, example: "what about delivery to Norway" }],
  read: 300,
  reread: 12,
  changed: [{ text: "is it possible to have it wrapped", before: undefined, now: "gift_advice" }],
  taught: 7,
  seconds: 14.2,
};

export function makeTeaching() {
  const clusters = GROUPS.map(([title, more, reasons, likely], g) => {
    const messages = [title, ...more].map((text, i) => ({ conversation_id: `cnv_${String(g * 7 + i + 2).padStart(6, "0")}`, seq: 1, text, reasons, at: iso(40 * g + 55 * i + 5) }));
    return { title, count: messages.length, reasons: Object.fromEntries(reasons.map((reason) => [reason, messages.length])), likely: likely.map(([name, confidence]) => ({ name, confidence })), messages };
  });
  const models = [
    { number: 4, source: "console", agent_name: "Noor", at: iso(180), fits: true, report: REPORT },
    { number: 3, source: "console", agent_name: "Sam", at: iso(3000), fits: true, report: { ...REPORT, changed: [], reread: 0 } },
    { number: 2, source: "files", at: iso(9000), fits: true },
    { number: 1, source: "files", at: iso(60_000), fits: false },
  ];
  return { clusters, models, in_use: 4, lessons: [], intents: structuredClone(INTENTS), last: undefined };
}

const view = ({ models, in_use, last, lessons }) => ({ models, in_use, last, lessons_since: lessons.filter((one) => one.verdict !== "dismissed").length });

export function teaching(world, tell, method, path, body, send, problem) {
  const state = world.teaching;
  const judged = new Set(state.lessons.map((one) => `${one.conversation_id}/${one.seq}`));
  switch (`${method} ${path}`) {
    case "GET /v1/understanding": {
      const clusters = state.clusters
        .map((cluster) => ({ ...cluster, messages: cluster.messages.filter((one) => !judged.has(`${one.conversation_id}/${one.seq}`)) }))
        .filter((cluster) => cluster.messages.length > 0)
        .map((cluster) => ({ ...cluster, count: cluster.messages.length, title: cluster.messages[0].text }));
      return send(200, { days: 30, messages: clusters.reduce((sum, one) => sum + one.count, 0), clusters });
    }
    case "GET /v1/intents":
      return send(200, { items: state.intents });
    case "POST /v1/intents":
      state.intents.push({ name: body.name, description: body.description, examples: 0, taught: body.messages.length, made_here: true });
    // falls through: its messages are its first examples
    case "POST /v1/lessons": {
      const lessons = body.messages.map((one, i) => ({ id: `les_${world.next++}_${i}`, ...one, verdict: body.verdict ?? "example", intent: body.intent ?? body.name, agent_name: "Noor", at: iso(0) }));
      state.lessons.push(...lessons);
      return send(201, { ids: lessons.map((one) => one.id) });
    }
    case "POST /v1/lessons/undo":
      state.lessons = state.lessons.filter((one) => !body.ids.includes(one.id));
      return send(204);
    case "GET /v1/training":
      return send(200, view(state));
    case "POST /v1/training": {
      if (state.last?.state === "running") return problem(409, "a training runs already", { code: "running" });
      state.last = { id: "tng_1", state: "running", step: "", done: 0, agent_name: "Noor", began_at: iso(0) };
      const timer = setInterval(() => {
        const { last } = state;
        if (!last || last.state !== "running" || last.done >= 1) {
          clearInterval(timer);
          if (last?.state === "running") {
            const number = state.models[0].number + 1;
            state.models.unshift({ number, source: "console", agent_name: "Noor", at: iso(0), fits: true, report: REPORT });
            Object.assign(last, { state: "done", model: number });
            state.in_use = number;
            state.lessons = [];
          }
        } else Object.assign(last, { step: last.done < 0.3 ? "encoding the examples" : "training the intents", done: Math.min(1, last.done + 0.1) });
        tell(world, { type: "teaching" });
      }, 400);
      return send(202, view(state));
    }
    case "DELETE /v1/training":
      state.last.state = "cancelled";
      return send(204);
  }
  const [, number] = /^\/v1\/models\/(\d+)\/use$/.exec(path) ?? [];
  if (number) return (state.in_use = Number(number)), send(200, view(state));
  const [, name] = /^\/v1\/intents\/(\w+)$/.exec(path) ?? [];
  if (name && method === "DELETE") {
    state.intents = state.intents.filter((one) => one.name !== name);
    state.lessons = state.lessons.filter((one) => one.intent !== name);
    return send(204);
  }
  return problem(404, "there is no such thing");
}
