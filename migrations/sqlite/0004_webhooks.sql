-- Outgoing webhooks: who is told what, and what waits for them.

CREATE TABLE webhooks (
    id                TEXT PRIMARY KEY,
    url               TEXT NOT NULL,
    description       TEXT NOT NULL DEFAULT '',
    -- JSON: the kinds of events; empty for all.
    events            TEXT NOT NULL,
    -- Sealed (base::vault). The old one signs too, until its end.
    secret            TEXT NOT NULL,
    old_secret        TEXT,
    old_secret_until  BIGINT,
    -- enabled, disabled
    state             TEXT NOT NULL,
    disabled_at       BIGINT,
    disabled_reason   TEXT,
    -- Where the log ended when it was made.
    from_position     BIGINT NOT NULL,
    -- Failures in a row, since when, and the last one in words.
    failures          BIGINT NOT NULL DEFAULT 0,
    failing_since     BIGINT,
    error             TEXT,
    paused_until      BIGINT,
    leased_until      BIGINT NOT NULL DEFAULT 0,
    last_sent_at      BIGINT,
    created_at        BIGINT NOT NULL
);

-- One event on its way to one endpoint. The id is made of endpoint and place in the log:
-- the same event again adds nothing.
CREATE TABLE webhook_messages (
    id               TEXT PRIMARY KEY,
    webhook_id       TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    kind             TEXT NOT NULL,
    conversation_id  TEXT NOT NULL,
    body             TEXT NOT NULL,
    -- waiting, sent, failed
    state            TEXT NOT NULL,
    attempts         BIGINT NOT NULL DEFAULT 0,
    next_at          BIGINT NOT NULL DEFAULT 0,
    -- Of the last try: the HTTP status, the answer's beginning, what went wrong in words.
    status           BIGINT,
    answer           TEXT,
    error            TEXT,
    duration_ms      BIGINT,
    tried_at         BIGINT,
    sent_at          BIGINT,
    created_at       BIGINT NOT NULL
);
CREATE INDEX webhook_messages_waiting ON webhook_messages (webhook_id, id) WHERE state = 'waiting';
CREATE INDEX webhook_messages_failed ON webhook_messages (webhook_id, id) WHERE state = 'failed';
CREATE INDEX webhook_messages_of ON webhook_messages (webhook_id, id);
CREATE INDEX webhook_messages_at ON webhook_messages (created_at);

-- How far who follows the log has come.
CREATE TABLE followers (
    name      TEXT PRIMARY KEY,
    position  BIGINT NOT NULL
);
