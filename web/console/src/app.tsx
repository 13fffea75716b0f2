// The whole page: the door while nobody is signed in, the desk afterwards.

import { useEffect } from "preact/hooks";
import { t } from "./strings";
import { go, parts, path } from "./lib/router";
import { whenSignedOut } from "./net/http";
import { Door, isDoor } from "./pages/door/door";
import { Shell } from "./pages/shell";
import { loadSession, me, session, signedOut } from "./state/session";
import { signal } from "@preact/signals";
import { Button } from "./ui/basics";
import { Mark } from "./ui/icons";
import { Toasts } from "./ui/toasts";

const failed = signal(false);

async function begin() {
  failed.value = false;
  try {
    await loadSession();
  } catch {
    failed.value = true;
  }
}

whenSignedOut(signedOut);

export function App() {
  useEffect(() => void begin(), []);
  const route = parts(path.value);
  return (
    <>
      {session.value === undefined ? <Waiting /> : me.value && !isDoor(route) ? <Shell route={route} /> : <Door route={route} />}
      <Toasts />
    </>
  );
}

function Waiting() {
  return (
    <main class="door">
      <div class="door-wait">
        <Mark size={44} />
        {failed.value ? (
          <>
            <h1>{t.errors.unreachable}</h1>
            <Button look="primary" icon="refresh" onClick={() => void begin()}>
              {t.again}
            </Button>
          </>
        ) : (
          <p class="sr-only" role="status">
            {t.loading}
          </p>
        )}
      </div>
    </main>
  );
}

/** After signing in: where the agent wanted to go, or the inbox. */
export function enter() {
  if (isDoor(parts(path.peek()))) go("/inbox/open", "replace");
}
