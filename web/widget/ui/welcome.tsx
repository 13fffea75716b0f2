/** Before the first word: a greeting, what this is, and what one could ask. */

import type { JSX } from "preact";
import { Form } from "./form";
import { Mark } from "./icons";
import { useDisclosure } from "./log";
import { useUi } from "./ui";

export function Welcome(): JSX.Element {
  const { chat, words, options } = useUi();
  const disclosure = useDisclosure();
  const settings = chat.welcome.value?.settings;
  const greeting = options.greeting ?? settings?.greeting;
  const asked = chat.asksFirst;
  return (
    <div class="welcome">
      <Mark />
      {greeting ? (
        <h2 class={greeting.length > 60 ? "long" : undefined} dir="auto">
          {greeting}
        </h2>
      ) : (
        <h2>
          {words.t("greeting")} <span>{words.t("greeting_more")}</span>
        </h2>
      )}
      <p>{disclosure}</p>
      {asked ? <Form seq={0} fields={asked.fields} title={asked.text || words.t("before_start")} send={words.t("start")} /> : <Starters />}
    </div>
  );
}

function Starters(): JSX.Element {
  const { chat, words, options, settle } = useUi();
  return (
    <div class="starters">
        {options.starters
          ? options.starters.map((text) => (
              <button type="button" class="chip" onClick={() => (chat.say(text), settle())}>
                {text}
              </button>
            ))
          : STARTERS.map(([key, english]) => (
              <button type="button" class="chip" onClick={() => (chat.say(words.t(key), { postback: english }), settle())}>
                {words.t(key)}
              </button>
            ))}
      </div>
  );
}

/** What most shops are asked, with the words that the assistant reads best. */
const STARTERS = [
  ["starter_order", "Where is my order?"],
  ["starter_return", "I want to return something"],
  ["starter_person", "I want to talk to a person"],
] as const;
