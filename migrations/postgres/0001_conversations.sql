-- House rules for both dialects: ids are text, times are microseconds since 1970,
-- JSON is text, flags are 0 or 1.

CREATE TABLE inboxes (
    id          TEXT PRIMARY KEY,
    public_key  TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    -- Signs visitors' identities: hex HMAC-SHA256(secret, user_id).
    secret      TEXT NOT NULL,
    -- JSON list of the origins that may open a socket, beside the server's own.
    origins     TEXT NOT NULL,
    created_at  BIGINT NOT NULL
);

CREATE TABLE customers (
    id           TEXT PRIMARY KEY,
    external_id  TEXT UNIQUE,
    name         TEXT,
    email        TEXT,
    phone        TEXT,
    locale       TEXT,
    attributes   TEXT NOT NULL DEFAULT '{}',
    created_at   BIGINT NOT NULL
);
CREATE INDEX customers_email ON customers (email);

CREATE TABLE agents (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    email          TEXT UNIQUE,
    role           TEXT NOT NULL,
    password_hash  TEXT,
    active         BIGINT NOT NULL DEFAULT 1,
    seen_at        BIGINT NOT NULL DEFAULT 0,
    created_at     BIGINT NOT NULL
);

CREATE TABLE conversations (
    id             TEXT PRIMARY KEY,
    inbox_id       TEXT NOT NULL REFERENCES inboxes (id),
    customer_id    TEXT NOT NULL REFERENCES customers (id),
    status         TEXT NOT NULL,
    -- NULL while the bot holds the conversation.
    holder         TEXT REFERENCES agents (id),
    held_since     BIGINT,
    queued_at      BIGINT,
    queued_reason  TEXT,
    last_seq       BIGINT NOT NULL,
    read_seq       BIGINT NOT NULL DEFAULT 0,
    memory         TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);
CREATE INDEX conversations_customer ON conversations (customer_id);
CREATE INDEX conversations_queue ON conversations (queued_at) WHERE queued_at IS NOT NULL;
CREATE INDEX conversations_held ON conversations (holder) WHERE holder IS NOT NULL;
CREATE INDEX conversations_updated ON conversations (updated_at);

-- A browser's bearer token: which customer it is, and which conversation it resumes.
CREATE TABLE visitors (
    token_hash       TEXT PRIMARY KEY,
    inbox_id         TEXT NOT NULL REFERENCES inboxes (id),
    customer_id      TEXT NOT NULL REFERENCES customers (id),
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    created_at       BIGINT NOT NULL
);

-- The log. Rows are only ever added; an erasure empties `content`, never the place.
CREATE TABLE entries (
    position         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    seq              BIGINT NOT NULL,
    at               BIGINT NOT NULL,
    author_kind      TEXT NOT NULL,
    author_id        TEXT,
    author_name      TEXT,
    content          TEXT NOT NULL,
    in_reply_to      BIGINT,
    turn_id          TEXT,
    -- A client_msg_id or an Idempotency-Key: the same again adds nothing.
    client_key       TEXT,
    UNIQUE (conversation_id, seq),
    UNIQUE (conversation_id, client_key)
);

-- The bot's work on one customer message. Pending work is leased to one node.
CREATE TABLE turns (
    id               TEXT PRIMARY KEY,
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    message_seq      BIGINT NOT NULL,
    -- pending, done, skipped
    state            TEXT NOT NULL,
    lease_owner      TEXT,
    lease_until      BIGINT NOT NULL,
    attempts         BIGINT NOT NULL DEFAULT 0,
    created_at       BIGINT NOT NULL,
    finished_at      BIGINT,
    -- JSON: why the bot did what it did, or why it kept silent.
    explanation      TEXT,
    UNIQUE (conversation_id, message_seq)
);
CREATE INDEX turns_pending ON turns (lease_until) WHERE state = 'pending';

CREATE TABLE analyses (
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    seq              BIGINT NOT NULL,
    analysis         TEXT NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);

-- Where a rating or a survey's answer stands, so that a repeat edits it.
CREATE TABLE feedback (
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    about_seq        BIGINT NOT NULL,
    entry_seq        BIGINT NOT NULL,
    kind             TEXT NOT NULL,
    score            BIGINT NOT NULL,
    comment          TEXT,
    at               BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, about_seq)
);

-- What a visitor did on the website.
CREATE TABLE tracks (
    id               TEXT PRIMARY KEY,
    customer_id      TEXT NOT NULL REFERENCES customers (id),
    -- NULL where it was imported from the shop's own records.
    conversation_id  TEXT REFERENCES conversations (id),
    name             TEXT NOT NULL,
    properties       TEXT NOT NULL,
    at               BIGINT NOT NULL
);
CREATE INDEX tracks_customer ON tracks (customer_id, at);

CREATE TABLE files (
    id           TEXT PRIMARY KEY,
    customer_id  TEXT NOT NULL REFERENCES customers (id),
    name         TEXT NOT NULL,
    media_type   TEXT NOT NULL,
    bytes        BIGINT NOT NULL,
    created_at   BIGINT NOT NULL
);

-- Agents' notes hang beside a seq; they are not entries of the log.
CREATE TABLE notes (
    id               TEXT PRIMARY KEY,
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    seq              BIGINT NOT NULL,
    agent_id         TEXT NOT NULL REFERENCES agents (id),
    text             TEXT NOT NULL,
    at               BIGINT NOT NULL
);
CREATE INDEX notes_conversation ON notes (conversation_id, seq);

CREATE TABLE tokens (
    id          TEXT PRIMARY KEY,
    hash        TEXT NOT NULL UNIQUE,
    agent_id    TEXT NOT NULL REFERENCES agents (id),
    created_at  BIGINT NOT NULL,
    revoked_at  BIGINT
);

CREATE TABLE articles (
    id          TEXT NOT NULL,
    locale      TEXT NOT NULL,
    article     TEXT NOT NULL,
    -- SHA-256 of the file that it came from; NULL once edited in the console.
    file_hash   TEXT,
    changed_at  BIGINT NOT NULL,
    PRIMARY KEY (id, locale)
);

CREATE TABLE products (
    sku         TEXT PRIMARY KEY,
    product     TEXT NOT NULL,
    changed_at  BIGINT NOT NULL
);

CREATE TABLE orders (
    number      TEXT PRIMARY KEY,
    email       TEXT NOT NULL,
    details     TEXT NOT NULL,
    changed_at  BIGINT NOT NULL
);

-- Counters that tell nodes when to rebuild what they derive: 'articles', 'products'.
CREATE TABLE versions (
    name     TEXT PRIMARY KEY,
    version  BIGINT NOT NULL
);
