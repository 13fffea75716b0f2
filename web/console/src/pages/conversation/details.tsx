// What is known of the customer: the story so far, facts, orders, other conversations,
// pages visited. Nothing is shown as certain that the website has not signed.

import type { ComponentChildren } from "preact";
import { money, plain, said, words } from "../../lib/format";
import { href } from "../../lib/router";
import { ago, clock, date, full } from "../../lib/time";
import { factsOf } from "../../state/facts";
import { channelIcon } from "../../state/channels";
import { held } from "../../state/desk";
import { view as currentView } from "../../state/inbox";
import { shop, shopCurrency } from "../../state/shop";
import { nameOfCustomer } from "../../state/names";
import { t } from "../../strings";
import type { Facts, Order, StoryView } from "../../wire";
import { Avatar, Button, Chip } from "../../ui/basics";
import { inboxName, worthTelling } from "../../ui/channel";
import { Icon, type IconName } from "../../ui/icons";
import { Mood } from "../../ui/mood";
import { detailsOver, detailsWide, toggleDetails } from "../inbox/page";
import { Known } from "../people/known";
import { MaybeSame, Merges } from "../people/others";

export function Details({ id }: { id: string }) {
  const story = held(id).value;
  const over = detailsOver.value;
  detailsWide.value;
  if (typeof story === "string") return null;
  const { view } = story;
  const facts = factsOf(view.customer_id, view.updated_at);
  return (
    <aside id="details" class="pane details" aria-label={t.details.label}>
      <header class="details-head">
        {over && <Button look="quiet" icon="left" flip label={t.conversation.backToTalk} onClick={toggleDetails} />}
        <h2>{t.details.label}</h2>
        <Button look="quiet" small icon="close" label={t.close} onClick={toggleDetails} />
      </header>
      <div class="details-body scroll" tabIndex={0} role="group" aria-label={t.details.label}>
        <Who view={view} facts={facts} />
        <Story view={view} />
        {facts && (
          <>
            <People facts={facts} conversation={id} />
            <Orders facts={facts} />
            <Others facts={facts} own={id} />
            <Pages facts={facts} view={view} />
            <Ratings facts={facts} />
            <Attributes facts={facts} />
          </>
        )}
      </div>
    </aside>
  );
}

function Part(props: { title: string; icon: IconName; count?: number; open?: boolean; children: ComponentChildren }) {
  return (
    <details class="part" open={props.open ?? true}>
      <summary>
        <Icon name={props.icon} size={16} />
        <h3>{props.title}</h3>
        {props.count !== undefined && <span class="num muted">{props.count}</span>}
        <Icon name="down" size={14} />
      </summary>
      <div class="part-body">{props.children}</div>
    </details>
  );
}

function Who({ view, facts }: { view: StoryView; facts: Facts | undefined }) {
  const { customer } = view;
  const worth = facts?.value ?? view.value;
  const currency = facts?.orders[0]?.currency ?? shopCurrency();
  return (
    <section class="who">
      <div class="who-top">
        <Avatar name={customer.name ?? customer.email} seed={view.customer_id} size="l" />
        <div>
          <p class="who-name">{nameOfCustomer(view)}</p>
          <p class="who-sure">
            {customer.verified ? (
              <Chip tone="good" icon="check">
                {t.details.verified}
              </Chip>
            ) : (
              <Chip title={t.details.unverifiedWhy}>{t.details.unverified}</Chip>
            )}
          </p>
        </div>
      </div>
      <dl class="facts">
        {customer.email && (
          <Fact name={t.details.email}>
            <a href={`mailto:${customer.email}`}>{customer.email}</a>
          </Fact>
        )}
        {customer.phone && (
          <Fact name={t.details.phone}>
            <a href={`tel:${customer.phone.replace(/\s/g, "")}`}>{customer.phone}</a>
          </Fact>
        )}
        {customer.external_id && <Fact name={t.details.number}>{customer.external_id}</Fact>}
        {customer.locale && <Fact name={t.details.language}>{languageOf(customer.locale)}</Fact>}
        {worth && Number(worth) > 0 && (
          <Fact name={t.details.value}>
            <strong class="num">{money(worth, currency)}</strong>
          </Fact>
        )}
        <Fact name={t.details.since}>
          <span title={full(customer.created_at)}>{date(customer.created_at)}</span>
        </Fact>
        {/* Where a channel ends, nobody tells whether they are there. */}
        {view.channel === "web" && <Fact name={t.details.now}>{view.here ? <Here view={view} /> : t.details.gone}</Fact>}
      </dl>
      {view.channel === "web" && !view.here && customer.email && <p class="hint muted">{shop.value?.mail.configured === false ? t.details.notMailed : t.details.mailed}</p>}
    </section>
  );
}

function Fact(props: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function Here({ view }: { view: StoryView }) {
  const page = typeof view.page === "string" ? { url: view.page } : view.page;
  if (!page?.url) return <span class="talk-here">{t.details.here}</span>;
  return (
    <span class="talk-here">
      <a href={/^https?:/.test(page.url) ? page.url : "#"} target="_blank" rel="noopener noreferrer">
        {("title" in page && page.title) || pathOf(page.url)}
      </a>
    </span>
  );
}

/** Who it is beside this conversation: proven contacts, records put together, look-alikes. */
function People({ facts, conversation }: { facts: Facts; conversation: string }) {
  const alike = facts.possible_duplicates.length;
  return (
    <>
      {facts.contacts.length > 0 && (
        <Part title={t.people.contacts} icon="person" count={facts.contacts.length}>
          <Known contacts={facts.contacts} />
        </Part>
      )}
      {facts.merges.length > 0 && (
        <Part title={t.people.merges} icon="people" count={facts.merges.length}>
          <Merges facts={facts} conversation={conversation} />
        </Part>
      )}
      <Part title={t.people.duplicates} icon="people" count={alike} open={alike > 0}>
        <MaybeSame facts={facts} conversation={conversation} />
      </Part>
    </>
  );
}

function Story({ view }: { view: StoryView }) {
  const { summary } = view;
  if (!summary) return null;
  return (
    <Part title={t.details.summary} icon="spark">
      <ul class="reasons">
        {unique(summary.reasons).map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      {summary.asked.length > 0 && (
        <>
          <h4>{t.details.asked}</h4>
          <ul class="asked-list">
            {summary.asked.slice(-4).map((asked, i) => (
              <li key={i}>
                <q>{plain(asked)}</q>
              </li>
            ))}
          </ul>
        </>
      )}
      {summary.entities.length > 0 && (
        <p class="entities">
          {unique(summary.entities.map((entity) => `${t.why.kinds[entity.type] ?? words(entity.type)}: ${said(entity)}`)).map((named) => (
            <Chip key={named}>{named}</Chip>
          ))}
        </p>
      )}
    </Part>
  );
}

function Orders({ facts }: { facts: Facts }) {
  return (
    <Part title={t.details.orders} icon="cart" count={facts.orders.length}>
      {facts.orders.length === 0 && <p class="muted">{t.details.noOrders}</p>}
      {facts.orders.slice(0, 8).map((order) => (
        <OrderView key={order.number} order={order} />
      ))}
    </Part>
  );
}

function OrderView({ order }: { order: Order }) {
  const good = order.status === "delivered";
  const odd = ["returned", "refunded", "cancelled", "backorder", "awaiting_payment"].includes(order.status);
  return (
    <details class="order">
      <summary>
        <span class="order-number num">{order.number}</span>
        <Chip tone={good ? "good" : odd ? "amber" : "accent"}>{words(order.status)}</Chip>
        <span class="num order-total">{money(order.total, order.currency)}</span>
        <span class="muted order-date">{date(order.placed_at)}</span>
      </summary>
      <ul class="order-lines">
        {order.lines.map((line) => (
          <li key={line.sku}>
            <span class="num muted">{line.quantity} ×</span>
            <span title={line.sku}>{line.title ?? line.sku}</span>
            <span class="num">{money(line.price, order.currency)}</span>
          </li>
        ))}
      </ul>
      {(order.carrier || order.tracking) && (
        <p class="muted">
          {t.details.carried(order.carrier ?? "")} <span class="num">{order.tracking}</span>
        </p>
      )}
      {order.delivered_at ? (
        <p class="muted">{t.details.delivered(date(order.delivered_at))}</p>
      ) : (
        order.expected_by && <p class="muted">{t.details.expected(date(order.expected_by))}</p>
      )}
      {order.note && <p class="order-note">{order.note}</p>}
    </details>
  );
}

function Others({ facts, own }: { facts: Facts; own: string }) {
  const others = facts.conversations.filter((one) => one.id !== own);
  return (
    <Part title={t.details.others} icon="inbox" count={others.length}>
      {others.length === 0 && <p class="muted">{t.details.noOthers}</p>}
      <ul class="others">
        {others.slice(0, 8).map((one) => (
          <li key={one.id}>
            <a href={href(`/inbox/${one.status === "resolved" ? "resolved" : currentView.value}/${one.id}`)}>
              <Mood unhappiness={one.unhappiness} size={16} />
              {worthTelling() && (
                <span title={t.conversation.via(inboxName(one))}>
                  <Icon name={channelIcon(one.channel)} size={14} />
                  <span class="sr-only">{inboxName(one)}</span>
                </span>
              )}
              <span class="clip">{one.preview ? plain(one.preview.text) : t.row.nothing}</span>
              <time class="muted num" dateTime={one.updated_at} title={full(one.updated_at)}>
                {ago(one.updated_at)}
              </time>
            </a>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Pages({ facts, view }: { facts: Facts; view: StoryView }) {
  return (
    <Part title={t.details.pages} icon="globe" count={facts.tracks.length} open={view.here ?? false}>
      {facts.tracks.length === 0 && <p class="muted">{t.details.noPages}</p>}
      <ol class="tracks">
        {facts.tracks.slice(0, 15).map((track, i) => (
          <li key={i}>
            <span class="tracks-name">{t.tracks[track.name as keyof typeof t.tracks] ?? words(track.name)}</span>
            <span class="clip">{about(track.properties)}</span>
            <time class="muted num" dateTime={track.at} title={full(track.at)}>
              {clock(track.at)}
            </time>
          </li>
        ))}
      </ol>
    </Part>
  );
}

function Ratings({ facts }: { facts: Facts }) {
  if (facts.ratings.length === 0) return null;
  return (
    <Part title={t.details.ratings} icon="thumb" count={facts.ratings.length} open={false}>
      <ul class="others">
        {facts.ratings.map((one) => (
          <li key={`${one.conversation_id}${one.seq}${one.kind}`} class="rated">
            <span>{one.kind === "rating" ? (one.score > 0 ? t.conversation.helpful : t.conversation.unhelpful) : t.details.scored(one.kind.toUpperCase(), one.score)}</span>
            {one.comment && <q>{one.comment}</q>}
            <time class="muted num" dateTime={one.at} title={full(one.at)}>
              {ago(one.at)}
            </time>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Attributes({ facts }: { facts: Facts }) {
  const list = Object.entries(facts.attributes).filter(([, value]) => value !== null && value !== "");
  if (list.length === 0) return null;
  return (
    <Part title={t.details.attributes} icon="tag" count={list.length} open={false}>
      <dl class="facts">
        {list.map(([name, value]) => (
          <Fact key={name} name={words(name)}>
            {typeof value === "object" ? JSON.stringify(value) : String(value)}
          </Fact>
        ))}
      </dl>
    </Part>
  );
}

function about(properties: Record<string, unknown>): string {
  for (const name of ["title", "product", "name", "sku", "url", "order"]) {
    const value = properties[name];
    if (typeof value === "string" && value) return name === "url" ? pathOf(value) : value;
  }
  return "";
}

function pathOf(url: string): string {
  try {
    const parsed = new URL(url, location.origin);
    return parsed.pathname + parsed.search;
  } catch {
    return url;
  }
}

function unique(list: string[]): string[] {
  return [...new Set(list)];
}

function languageOf(locale: string): string {
  try {
    return new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" }).of(locale) ?? locale;
  } catch {
    return locale;
  }
}

