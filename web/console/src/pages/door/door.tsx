// The pages before the desk: signing in, and the one-time links that lead to it.

import { useEffect, useState } from "preact/hooks";
import { enter } from "../../app";
import { href } from "../../lib/router";
import { get, post } from "../../net/http";
import { explain } from "../../state/actions";
import { loadSession, me, session, signIn } from "../../state/session";
import { t } from "../../strings";
import type { OneTimeLink } from "../../wire";
import { Button, TextField } from "../../ui/basics";
import { Icon, Mark } from "../../ui/icons";
import { PasswordField, SHORTEST } from "./password";

const LINKS = ["setup", "join", "reset"];

export function isDoor(route: string[]): boolean {
  return route[0] === "login" || (LINKS.includes(route[0] ?? "") && route[1] !== undefined);
}

export function Door({ route }: { route: string[] }) {
  const [kind, token] = route;
  const link = LINKS.includes(kind ?? "") && token;
  const nobody = session.value?.setup === true;
  // Signed in already, and no link to use: there is nothing to do at the door.
  const signedIn = me.value !== undefined;
  useEffect(() => {
    if (signedIn && !link) enter();
  }, [signedIn, link]);
  return (
    <main class="door scroll" id="main">
      <div class="door-card">
        <div class="door-brand">
          <Mark size={36} />
          <span>{t.product}</span>
        </div>
        {link ? <UseLink key={token} token={token} /> : nobody ? <Unowned /> : <Login />}
      </div>
    </main>
  );
}

function Login() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setWrong(undefined);
    try {
      await signIn(email.trim(), password);
      enter();
    } catch (error) {
      setWrong(explain(error));
      setPassword("");
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <h1>{t.door.login(session.value?.shop ?? t.product)}</h1>
      <TextField label={t.door.email} type="email" autocomplete="username" required autofocus value={email} onText={setEmail} />
      <PasswordField label={t.door.password} autocomplete="current-password" value={password} onText={setPassword} wrong={wrong} />
      <Button look="primary" type="submit" busy={busy}>
        {t.door.signIn}
      </Button>
      <p class="muted door-note">{t.door.forgot}</p>
    </form>
  );
}

/** Nobody owns the console yet: where to find the link. */
function Unowned() {
  return (
    <div class="form">
      <h1>{t.door.unowned}</h1>
      <p>{t.door.unownedText}</p>
      <pre class="code">{t.door.unownedExample(`${location.origin}/console/`)}</pre>
      <p class="muted door-note">{t.door.unownedAgain}</p>
    </div>
  );
}

function UseLink({ token }: { token: string }) {
  const [link, setLink] = useState<OneTimeLink | "loading" | "gone" | "failed">("loading");
  useEffect(() => {
    get<OneTimeLink>(`/v1/links/${encodeURIComponent(token)}`).then(setLink, (error: { problem?: { status: number } }) =>
      setLink(error.problem?.status === 404 ? "gone" : "failed"),
    );
  }, [token]);
  if (link === "loading") return <p role="status">{t.loading}</p>;
  if (link === "gone" || link === "failed") {
    return (
      <div class="form">
        <h1>{link === "gone" ? t.door.gone : t.errors.unreachable}</h1>
        <p>{link === "gone" ? t.door.goneText : ""}</p>
        <a class="btn" href={href("/login")}>
          {t.door.toLogin}
        </a>
      </div>
    );
  }
  return <Welcome token={token} link={link} />;
}

function Welcome({ token, link }: { token: string; link: OneTimeLink }) {
  const [name, setName] = useState(link.name ?? "");
  const [email, setEmail] = useState(link.email ?? "");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [busy, setBusy] = useState(false);
  const setup = link.kind === "setup";
  const reset = link.kind === "reset";
  const shop = session.value?.shop ?? t.product;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (password.length < SHORTEST) return setWrong(t.door.tooShort(SHORTEST));
    setBusy(true);
    setWrong(undefined);
    try {
      await post(`/v1/links/${encodeURIComponent(token)}`, {
        password,
        ...(reset ? {} : { name: name.trim() }),
        ...(setup ? { email: email.trim() } : {}),
      });
      await loadSession();
      enter();
    } catch (error) {
      setWrong(explain(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <h1>{setup ? t.door.setup(shop) : reset ? t.door.reset : t.door.join(shop)}</h1>
      <p>{setup ? t.door.setupText : reset ? t.door.resetText : t.door.joinText(t.roles[link.role])}</p>
      {!reset && <TextField label={t.door.name} hint={t.door.nameHint} autocomplete="name" required autofocus value={name} onText={setName} />}
      {setup && <TextField label={t.door.email} type="email" autocomplete="username" required value={email} onText={setEmail} />}
      {!setup && link.email && <TextField label={t.door.email} type="email" autocomplete="username" value={link.email} readOnly onText={() => {}} />}
      <PasswordField
        label={reset ? t.door.newPassword : t.door.choosePassword}
        hint={t.door.passwordHint(SHORTEST)}
        autocomplete="new-password"
        value={password}
        onText={setPassword}
        wrong={wrong}
        strength
      />
      <Button look="primary" type="submit" busy={busy}>
        {setup ? t.door.begin : reset ? t.door.change : t.door.joinNow}
      </Button>
      {setup && (
        <p class="muted door-note">
          <Icon name="info" size={15} /> {t.door.local}
        </p>
      )}
    </form>
  );
}
