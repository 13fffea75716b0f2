-- Channels beside the website: what came in, where answers go, and how far that has come.

-- What the vendor's side needs, sealed (base::vault); why the inbox does not work now.
ALTER TABLE inboxes ADD COLUMN credentials TEXT NOT NULL DEFAULT '';
ALTER TABLE inboxes ADD COLUMN trouble TEXT;
ALTER TABLE inboxes ADD COLUMN active BIGINT NOT NULL DEFAULT 1;

-- 1 where a thread follows the log.
ALTER TABLE conversations ADD COLUMN outward BIGINT NOT NULL DEFAULT 0;

-- What a vendor delivered, kept before it is acknowledged; worked on afterwards, in
-- order within a place. The same key again is the same event.
CREATE TABLE channel_events (
    inbox_id  TEXT NOT NULL REFERENCES inboxes (id),
    key       TEXT NOT NULL,
    place     TEXT NOT NULL,
    -- JSON; emptied once it is done.
    body      TEXT NOT NULL,
    -- pending, done, failed
    state     TEXT NOT NULL,
    attempts  BIGINT NOT NULL DEFAULT 0,
    next_at   BIGINT NOT NULL,
    error     TEXT,
    at        BIGINT NOT NULL,
    PRIMARY KEY (inbox_id, key)
);
CREATE INDEX channel_events_pending ON channel_events (next_at) WHERE state = 'pending';
CREATE INDEX channel_events_at ON channel_events (at);

-- A conversation's place at the vendor's side, with one number: how far the log was sent.
CREATE TABLE threads (
    id               TEXT PRIMARY KEY,
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    inbox_id         TEXT NOT NULL REFERENCES inboxes (id),
    -- customer or staff
    audience         TEXT NOT NULL,
    place            TEXT NOT NULL,
    -- JSON, the channel's own.
    details          TEXT NOT NULL DEFAULT '{}',
    -- The log's end, and the last entry (and of the next one the parts) that was sent.
    last_seq         BIGINT NOT NULL,
    sent_seq         BIGINT NOT NULL,
    sent_parts       BIGINT NOT NULL DEFAULT 0,
    -- The customer's last sign, from which a reply window counts.
    customer_at      BIGINT NOT NULL,
    attempts         BIGINT NOT NULL DEFAULT 0,
    next_at          BIGINT NOT NULL,
    error            TEXT,
    created_at       BIGINT NOT NULL,
    UNIQUE (inbox_id, place)
);
CREATE INDEX threads_due ON threads (next_at) WHERE last_seq > sent_seq;
CREATE INDEX threads_conversation ON threads (conversation_id);

-- What the vendor calls what was sent, and what it told of it.
CREATE TABLE deliveries (
    inbox_id         TEXT NOT NULL REFERENCES inboxes (id),
    external_id      TEXT NOT NULL,
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    seq              BIGINT NOT NULL,
    -- sent, delivered, read, failed
    state            TEXT NOT NULL,
    reason           TEXT,
    at               BIGINT NOT NULL,
    PRIMARY KEY (inbox_id, external_id)
);
CREATE INDEX deliveries_entry ON deliveries (conversation_id, seq);

-- By what somebody is known, proven: one person each. `mailbox` is an address that a
-- mail said it came from; it is a person within its channel, and proves nothing elsewhere.
CREATE TABLE contacts (
    kind         TEXT NOT NULL,
    value        TEXT NOT NULL,
    customer_id  TEXT NOT NULL REFERENCES customers (id),
    -- signed, import, channel, agent
    source       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (kind, value)
);
CREATE INDEX contacts_customer ON contacts (customer_id);

-- Two records that an agent found to be one person; what moved, so that it can move back.
CREATE TABLE merges (
    id          TEXT PRIMARY KEY,
    kept        TEXT NOT NULL REFERENCES customers (id),
    merged      TEXT NOT NULL REFERENCES customers (id),
    agent_id    TEXT NOT NULL REFERENCES agents (id),
    -- JSON: the rows that changed hands.
    moved       TEXT NOT NULL,
    at          BIGINT NOT NULL,
    undone_at   BIGINT
);
CREATE INDEX merges_kept ON merges (kept);
CREATE INDEX merges_merged ON merges (merged);
ALTER TABLE customers ADD COLUMN merged_into TEXT REFERENCES customers (id);
-- When the customer asked to be written to no more.
ALTER TABLE customers ADD COLUMN opted_out_at BIGINT;

-- Those who look alike are found by it.
CREATE INDEX customers_email_small ON customers (LOWER(email));

-- Only an import tells attributes; an address beside a signature was not signed.
INSERT INTO contacts (kind, value, customer_id, source, created_at)
    SELECT 'email', LOWER(email), MIN(id), 'import', MIN(created_at) FROM customers
    WHERE email IS NOT NULL AND external_id IS NOT NULL AND attributes <> '{}'
    GROUP BY LOWER(email) HAVING COUNT(*) = 1;
