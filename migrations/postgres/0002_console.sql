-- The console: sessions, one-time links, presence, lists by need, mail.

ALTER TABLE agents ADD COLUMN status TEXT NOT NULL DEFAULT 'available';
ALTER TABLE agents ADD COLUMN capacity BIGINT NOT NULL DEFAULT 5;
-- Whether mails are sent to them while they are not there.
ALTER TABLE agents ADD COLUMN mail BIGINT NOT NULL DEFAULT 1;
-- When a conversation was last offered to them: turns go round.
ALTER TABLE agents ADD COLUMN offered_at BIGINT NOT NULL DEFAULT 0;

-- A browser that is signed in. The cookie's secret is kept as its hash.
CREATE TABLE sessions (
    hash        TEXT PRIMARY KEY,
    agent_id    TEXT NOT NULL REFERENCES agents (id),
    created_at  BIGINT NOT NULL,
    used_at     BIGINT NOT NULL
);
CREATE INDEX sessions_agent ON sessions (agent_id);

-- Links that work once: setup, invitation, reset.
CREATE TABLE links (
    id          TEXT PRIMARY KEY,
    hash        TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,
    role        TEXT NOT NULL,
    agent_id    TEXT REFERENCES agents (id),
    email       TEXT,
    name        TEXT,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    used_at     BIGINT
);

-- 0 to 1000; kept beside the memory so that lists can be ordered by it.
ALTER TABLE conversations ADD COLUMN unhappiness BIGINT NOT NULL DEFAULT 0;
-- The customer's last message, and the last entry that has words.
ALTER TABLE conversations ADD COLUMN customer_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN words_seq BIGINT NOT NULL DEFAULT 0;
-- The last of the agents' words that were mailed to the customer.
ALTER TABLE conversations ADD COLUMN mailed_seq BIGINT NOT NULL DEFAULT 0;
-- Since when the customer waits for a person's words.
ALTER TABLE conversations ADD COLUMN waiting_since BIGINT;
-- How often this waiting was told to the staff; the first time is the escalation itself.
ALTER TABLE conversations ADD COLUMN alarms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN offered_to TEXT REFERENCES agents (id);
ALTER TABLE conversations ADD COLUMN offered_at BIGINT;
ALTER TABLE conversations ADD COLUMN snoozed_until BIGINT;
CREATE INDEX conversations_open ON conversations (updated_at) WHERE status = 'open';
CREATE INDEX conversations_offered ON conversations (offered_to) WHERE offered_to IS NOT NULL;
CREATE INDEX conversations_snoozed ON conversations (snoozed_until) WHERE snoozed_until IS NOT NULL;

-- What can be searched for and shown in a line; NULL where an entry has no words.
ALTER TABLE entries ADD COLUMN words TEXT;
CREATE INDEX entries_customer_at ON entries (at) WHERE author_kind = 'customer';

-- PostgreSQL's JSON cannot give out a text with a zero character.
UPDATE entries SET words = CAST(content AS json) ->> 'text'
    WHERE content NOT LIKE '%\\u0000%' AND CAST(content AS json) ->> 'type' IN ('text', 'answer', 'choices');
UPDATE conversations SET
    customer_seq = COALESCE((SELECT MAX(seq) FROM entries e
        WHERE e.conversation_id = conversations.id AND e.author_kind = 'customer' AND e.words IS NOT NULL), 0),
    words_seq = COALESCE((SELECT MAX(seq) FROM entries e
        WHERE e.conversation_id = conversations.id AND e.words IS NOT NULL), 0),
    mailed_seq = last_seq,
    waiting_since = queued_at,
    unhappiness = COALESCE(CAST(ROUND(1000 * CAST(CAST(memory AS json) #>> '{moods,-1,unhappiness}' AS DOUBLE PRECISION)) AS BIGINT), 0);

-- Each time that a customer waited for a person.
CREATE TABLE waits (
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    since            BIGINT NOT NULL,
    ended_at         BIGINT,
    -- taken, resolved, returned
    ending           TEXT,
    PRIMARY KEY (conversation_id, since)
);
CREATE INDEX feedback_at ON feedback (at);
CREATE INDEX waits_since ON waits (since);
INSERT INTO waits (conversation_id, since) SELECT id, queued_at FROM conversations WHERE queued_at IS NOT NULL;

-- Up to where each agent has read.
CREATE TABLE seen (
    agent_id         TEXT NOT NULL REFERENCES agents (id),
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    seq              BIGINT NOT NULL,
    PRIMARY KEY (agent_id, conversation_id)
);

ALTER TABLE orders ADD COLUMN total BIGINT NOT NULL DEFAULT 0;
UPDATE orders SET total = CAST(ROUND(100 * CAST(CAST(details AS json) ->> 'total' AS NUMERIC)) AS BIGINT);
CREATE INDEX orders_email ON orders (email);

ALTER TABLE inboxes ADD COLUMN channel TEXT NOT NULL DEFAULT 'web';
ALTER TABLE inboxes ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

-- Websites that tried to show a chat and may not.
CREATE TABLE refused_origins (
    inbox_id  TEXT NOT NULL REFERENCES inboxes (id),
    origin    TEXT NOT NULL,
    tries     BIGINT NOT NULL,
    first_at  BIGINT NOT NULL,
    last_at   BIGINT NOT NULL,
    PRIMARY KEY (inbox_id, origin)
);

CREATE TABLE canned_replies (
    id          TEXT PRIMARY KEY,
    shortcut    TEXT NOT NULL UNIQUE,
    title       TEXT NOT NULL,
    text        TEXT NOT NULL,
    changed_at  BIGINT NOT NULL
);

-- What the console sets: a JSON value a key.
CREATE TABLE settings (
    key         TEXT PRIMARY KEY,
    value       TEXT NOT NULL,
    changed_at  BIGINT NOT NULL
);

-- Mails that are to go out, leased while they are tried.
CREATE TABLE mails (
    id               TEXT PRIMARY KEY,
    -- What the mail is about, so that it is written once.
    key              TEXT NOT NULL UNIQUE,
    kind             TEXT NOT NULL,
    conversation_id  TEXT REFERENCES conversations (id),
    seq              BIGINT,
    recipient        TEXT NOT NULL,
    subject          TEXT NOT NULL,
    body             TEXT NOT NULL,
    -- waiting, sent, failed
    state            TEXT NOT NULL,
    attempts         BIGINT NOT NULL DEFAULT 0,
    next_at          BIGINT NOT NULL,
    error            TEXT,
    created_at       BIGINT NOT NULL,
    sent_at          BIGINT
);
CREATE INDEX mails_waiting ON mails (next_at) WHERE state = 'waiting';
CREATE INDEX mails_conversation ON mails (conversation_id) WHERE conversation_id IS NOT NULL;
