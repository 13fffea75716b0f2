// Colleagues: who may do what, how many conversations at once, and inviting more.

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { date } from "../../lib/time";
import { get, patch, post, remove } from "../../net/http";
import { canManage, colleagues, me } from "../../state/session";
import { t } from "../../strings";
import type { Agent, Invitation, Link, Role } from "../../wire";
import { Avatar, Button, Chip, Field, TextField } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Menu } from "../../ui/menu";
import { Box, Copy, useSaving } from "./parts";

const ROLES: Role[] = ["viewer", "agent", "admin", "owner"];

const invitations = signal<Invitation[]>([]);

async function load() {
  colleagues.value = (await get<{ items: Agent[] }>("/v1/agents")).items;
  if (canManage.peek()) invitations.value = (await get<{ items: Invitation[] }>("/v1/invitations")).items;
}

export function Team() {
  const [inviting, setInviting] = useState(false);
  const [shown, setShown] = useState<{ title: string; link: Link }>();
  const [, save] = useSaving();
  useEffect(() => void save(load, ""), []);
  const manage = canManage.value;
  return (
    <>
      <Box
        title={t.team.title}
        text={t.team.text}
        side={
          manage && (
            <Button look="primary" icon="plus" onClick={() => setInviting(true)}>
              {t.team.invite}
            </Button>
          )
        }
      >
        <ul class="rows">
          {colleagues.value.map((agent) => (
            <Colleague key={agent.id} agent={agent} onLink={(link) => setShown({ title: t.team.resetLink(agent.name), link })} />
          ))}
        </ul>
        {colleagues.value.length === 1 && <p class="muted box-note">{t.team.alone}</p>}
      </Box>
      {manage && invitations.value.length > 0 && (
        <Box title={t.team.open}>
          <ul class="rows">
            {invitations.value.map((one) => (
              <li key={one.id} class="rows-item">
                <span class="rows-words">
                  <strong class="clip">{one.email}</strong>
                  <span class="muted">
                    {t.roles[one.role]} · {t.team.until(date(one.expires_at))}
                  </span>
                </span>
                <Button small onClick={() => void save(async () => (await remove(`/v1/invitations/${one.id}`), load()), t.team.withdrawn)}>
                  {t.team.withdraw}
                </Button>
              </li>
            ))}
          </ul>
        </Box>
      )}
      <Roles />
      {inviting && (
        <Invite
          onClose={() => setInviting(false)}
          onDone={(link, email) => {
            setInviting(false);
            setShown({ title: t.team.invited(email), link });
            void save(load, "");
          }}
        />
      )}
      {shown && <OnlyOnce {...shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

function Colleague(props: { agent: Agent; onLink: (link: Link) => void }) {
  const { agent } = props;
  const [, save] = useSaving();
  const [leaving, setLeaving] = useState(false);
  const mine = me.value!;
  const own = agent.id === mine.id;
  const manage = canManage.value && (agent.role !== "owner" || mine.role === "owner");
  const change = (what: Partial<Agent>) => void save(async () => (await patch(`/v1/agents/${agent.id}`, what), load()));
  const state = !agent.present ? t.assign.gone : agent.status === "away" ? t.assign.away : t.me.available;
  return (
    <li class="rows-item">
      <span class="me-face">
        <Avatar name={agent.name} seed={agent.id} />
        <span class={`dot ${agent.present ? (agent.status === "away" ? "dot-away" : "dot-on") : ""}`} title={state} />
      </span>
      <span class="rows-words">
        <strong class="clip">
          {agent.name} {own && <Chip>{t.you}</Chip>}
        </strong>
        <span class="muted clip">
          {agent.email ?? t.team.noEmail} · {state}
        </span>
      </span>
      {manage ? (
        <>
          <label class="capacity">
            <span class="sr-only">{t.team.capacityOf(agent.name)}</span>
            <Capacity value={agent.capacity} onChange={(capacity) => change({ capacity })} />
            <span class="muted" aria-hidden="true">
              {t.team.atOnce}
            </span>
          </label>
          <select
            class="input rows-role"
            aria-label={t.team.roleOf(agent.name)}
            value={agent.role}
            onChange={(event) => change({ role: event.currentTarget.value as Role })}
          >
            {ROLES.filter((role) => role !== "owner" || mine.role === "owner").map((role) => (
              <option key={role} value={role}>
                {t.roles[role]}
              </option>
            ))}
          </select>
          <Menu
            label={t.team.more(agent.name)}
            class="btn btn-quiet btn-icon"
            align="end"
            items={[
              {
                label: t.team.reset,
                detail: t.team.resetText,
                icon: "refresh",
                run: () => void save(async () => props.onLink(await post<Link>(`/v1/agents/${agent.id}/reset`)), ""),
              },
              ...(own ? [] : [{ label: t.team.remove, detail: t.team.removeText, icon: "trash" as const, run: () => setLeaving(true) }]),
            ]}
          >
            <Icon name="more" />
          </Menu>
        </>
      ) : (
        <Chip>{t.roles[agent.role]}</Chip>
      )}
      {leaving && (
        <Dialog title={t.team.removeTitle(agent.name)} class="small" onClose={() => setLeaving(false)}>
          <p class="dialog-text">{t.team.removeLong}</p>
          <footer class="dialog-foot">
            <Button onClick={() => setLeaving(false)}>{t.cancel}</Button>
            <Button
              look="danger"
              onClick={() => void save(async () => (await remove(`/v1/agents/${agent.id}`), load()), t.team.removed(agent.name)).then(() => setLeaving(false))}
            >
              {t.team.remove}
            </Button>
          </footer>
        </Dialog>
      )}
    </li>
  );
}

/** Keeps what is being typed, though the list is told anew whenever somebody comes or goes. */
function Capacity(props: { value: number; onChange: (value: number) => void }) {
  const [typed, setTyped] = useState(String(props.value));
  useEffect(() => setTyped(String(props.value)), [props.value]);
  const keep = () => {
    const next = Math.min(100, Math.max(0, Math.round(Number(typed))));
    if (typed.trim() === "" || Number.isNaN(next)) setTyped(String(props.value));
    else if (next !== props.value) props.onChange(next);
  };
  return (
    <input
      class="input num"
      type="number"
      min={0}
      max={100}
      value={typed}
      title={t.team.capacity}
      onInput={(event) => setTyped(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => event.key === "Enter" && keep()}
    />
  );
}

function Invite(props: { onClose: () => void; onDone: (link: Link, email: string) => void }) {
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("agent");
  const [busy, save] = useSaving();
  const submit = async () => {
    const body = { email: email.trim(), role, ...(name.trim() ? { name: name.trim() } : {}) };
    await save(async () => props.onDone(await post<Link>("/v1/invitations", body), body.email), "");
  };
  return (
    <Dialog title={t.team.invite} class="small" onClose={props.onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField label={t.door.email} type="email" required value={email} onText={setEmail} autocomplete="off" />
        <TextField label={t.team.nameOptional} value={name} onText={setName} autocomplete="off" />
        <Field label={t.team.role} hint={t.team.may[role]}>
          {(attributes) => (
            <select class="input" value={role} onChange={(event) => setRole(event.currentTarget.value as Role)} {...attributes}>
              {ROLES.filter((one) => one !== "owner" || me.value?.role === "owner").map((one) => (
                <option key={one} value={one}>
                  {t.roles[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <footer class="dialog-foot">
          <Button onClick={props.onClose}>{t.cancel}</Button>
          <Button look="primary" type="submit" busy={busy}>
            {t.team.makeLink}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

/** A one-time link is told this once. */
function OnlyOnce(props: { title: string; link: Link; onClose: () => void }) {
  return (
    <Dialog title={props.title} class="small" onClose={props.onClose}>
      <p class="dialog-text">{props.link.mailed ? t.team.mailed : t.team.notMailed}</p>
      <p class="code" tabIndex={0}>
        {props.link.url}
      </p>
      <p class="dialog-text muted">{t.team.once(date(props.link.expires_at))}</p>
      <footer class="dialog-foot">
        <Copy text={props.link.url} label={t.team.copy} />
        <Button look="primary" onClick={props.onClose}>
          {t.done}
        </Button>
      </footer>
    </Dialog>
  );
}

function Roles() {
  return (
    <Box title={t.team.rolesTitle}>
      <dl class="facts roles">
        {ROLES.map((role) => (
          <div key={role}>
            <dt>{t.roles[role]}</dt>
            <dd>{t.team.may[role]}</dd>
          </div>
        ))}
      </dl>
    </Box>
  );
}
