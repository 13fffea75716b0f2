-- What was not understood, what agents taught about it, and the models trained from that.

-- Customers' messages that were not understood, or answered in vain.
CREATE TABLE doubts (
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    seq              BIGINT NOT NULL,
    -- out_of_scope, unsure, no_answer, in_vain, unhelpful
    reason           TEXT NOT NULL,
    at               BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, seq, reason)
);
CREATE INDEX doubts_at ON doubts (at);

-- What somebody said of a message. The latest word on a message counts; taking it back
-- deletes the row, and the one before counts again.
CREATE TABLE lessons (
    id               TEXT PRIMARY KEY,
    -- example, outside, dismissed
    verdict          TEXT NOT NULL,
    -- Of an example.
    intent           TEXT,
    -- Without personal data.
    text             TEXT NOT NULL,
    locale           TEXT,
    agent_id         TEXT NOT NULL REFERENCES agents (id),
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    seq              BIGINT NOT NULL,
    at               BIGINT NOT NULL
);
CREATE INDEX lessons_message ON lessons (conversation_id, seq, id);

-- Intents that were made in the console; those of the folder stand in its files.
CREATE TABLE taught_intents (
    name      TEXT PRIMARY KEY,
    spec      TEXT NOT NULL,
    agent_id  TEXT NOT NULL REFERENCES agents (id),
    at        BIGINT NOT NULL
);

-- Trained intent heads, so that every node has the same. `settings` says which is in use.
CREATE TABLE model_versions (
    number    BIGINT PRIMARY KEY,
    -- console, files
    source    TEXT NOT NULL,
    -- Who had it trained; NULL for what `rapport train` wrote.
    agent_id  TEXT REFERENCES agents (id),
    -- Whose vectors it reads.
    encoder   TEXT NOT NULL,
    head      BYTEA NOT NULL,
    -- SHA-256 of `head`.
    digest    TEXT NOT NULL,
    -- JSON: how it did, beside the version before it.
    report    TEXT,
    -- JSON: which examples it was judged by.
    evidence  TEXT,
    at        BIGINT NOT NULL
);
CREATE INDEX model_versions_digest ON model_versions (digest);

-- Trainings; one runs at a time, on whichever node was asked.
CREATE TABLE trainings (
    id            TEXT PRIMARY KEY,
    -- running, done, cancelled, failed
    state         TEXT NOT NULL,
    step          TEXT NOT NULL DEFAULT '',
    -- Thousandths of the step.
    done          BIGINT NOT NULL DEFAULT 0,
    cancelled     BIGINT NOT NULL DEFAULT 0,
    agent_id      TEXT NOT NULL REFERENCES agents (id),
    leased_until  BIGINT NOT NULL,
    -- What came of it.
    version       BIGINT,
    error         TEXT,
    began_at      BIGINT NOT NULL,
    ended_at      BIGINT
);
CREATE UNIQUE INDEX trainings_running ON trainings (state) WHERE state = 'running';
CREATE INDEX trainings_began ON trainings (began_at);
