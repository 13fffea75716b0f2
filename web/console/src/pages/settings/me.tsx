// One's own: name, mails, sounds, looks, password.

import { useState } from "preact/hooks";
import { singleKeys } from "../../keys/shortcuts";
import { theme, type Theme } from "../../lib/theme";
import { patch, post } from "../../net/http";
import { allowNotifications, notify, play, sound } from "../../state/alerts";
import { becomes, me } from "../../state/session";
import { warn } from "../../state/toasts";
import { t } from "../../strings";
import type { Agent } from "../../wire";
import { Button, Field, Switch, TextField } from "../../ui/basics";
import { enterSends } from "../conversation/composer";
import { PasswordField, SHORTEST } from "../door/password";
import { Box, Save, useSaving } from "./parts";

export function Me() {
  const mine = me.value!;
  return (
    <>
      <Profile mine={mine} />
      <Telling mine={mine} />
      <Looks />
      {mine.email && <Password />}
    </>
  );
}

function Profile({ mine }: { mine: Agent }) {
  const [name, setName] = useState(mine.name);
  const [busy, save] = useSaving();
  return (
    <Box title={t.me.profile} text={t.me.profileText}>
      <div class="form">
        <TextField label={t.door.name} value={name} maxLength={100} onText={setName} />
        {mine.email && <TextField label={t.door.email} value={mine.email} readOnly onText={() => {}} hint={t.me.emailHint} />}
      </div>
      <Save
        busy={busy}
        changed={name.trim() !== "" && name.trim() !== mine.name}
        onSave={() => void save(async () => becomes(await patch<Agent>("/v1/me", { name: name.trim() })))}
      />
    </Box>
  );
}

function Telling({ mine }: { mine: Agent }) {
  const [, save] = useSaving();
  const blocked = "Notification" in window && Notification.permission === "denied";
  return (
    <Box title={t.me.telling} text={t.me.tellingText}>
      <div class="switches">
        <div>
          <Switch
            on={notify.value && !blocked}
            label={t.me.notify}
            disabled={blocked}
            onChange={(on) => {
              if (!on) notify.value = false;
              else void allowNotifications().then((allowed) => !allowed && warn(t.me.notAllowed));
            }}
          />
          {blocked && <p class="hint muted">{t.me.blocked}</p>}
        </div>
        <div class="switch-row">
          <Switch on={sound.value} label={t.me.sound} onChange={(on) => (sound.value = on)} />
          <Button small look="quiet" icon="sound" onClick={() => play("escalation")}>
            {t.me.hear}
          </Button>
        </div>
        {mine.email && (
          <Switch
            on={mine.mail}
            label={t.me.mail}
            onChange={(on) => void save(async () => becomes(await patch<Agent>("/v1/me", { mail: on })))}
          />
        )}
      </div>
    </Box>
  );
}

function Looks() {
  return (
    <Box title={t.me.looks}>
      <div class="form">
        <Field label={t.me.theme}>
          {(attributes) => (
            <select class="input" value={theme.value} onChange={(event) => (theme.value = event.currentTarget.value as Theme)} {...attributes}>
              {(["system", "light", "dark"] as const).map((one) => (
                <option key={one} value={one}>
                  {t.me.themes[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Switch on={enterSends.value} label={t.me.enterSends} onChange={(on) => (enterSends.value = on)} />
        <Switch on={singleKeys.value} label={t.help.single} onChange={(on) => (singleKeys.value = on)} />
      </div>
    </Box>
  );
}

function Password() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [busy, save] = useSaving();
  const submit = async () => {
    if (await save(() => post("/v1/me/password", { current, new: next }), t.me.passwordChanged)) {
      setCurrent("");
      setNext("");
    }
  };
  return (
    <Box title={t.me.password} text={t.me.passwordText}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {/* Password managers want to know whose password it is. */}
        <input type="email" class="sr-only" autocomplete="username" value={me.value?.email ?? ""} readOnly tabIndex={-1} aria-hidden="true" />
        <PasswordField label={t.me.current} autocomplete="current-password" value={current} onText={setCurrent} />
        <PasswordField
          label={t.door.newPassword}
          hint={t.door.passwordHint(SHORTEST)}
          autocomplete="new-password"
          value={next}
          onText={setNext}
          strength
        />
        <footer class="box-foot">
          <Button look="primary" type="submit" busy={busy} disabled={!current || next.length < SHORTEST}>
            {t.door.change}
          </Button>
        </footer>
      </form>
    </Box>
  );
}
