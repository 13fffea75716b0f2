-- The loop from a question to a better knowledge base: what was asked, found and shown,
-- and each article as it was.

-- Whether the last word on an article is the console's (or an import's), and not its file's.
ALTER TABLE articles ADD COLUMN edited BIGINT NOT NULL DEFAULT 0;
-- Removed in the console; a row remains so that its file does not bring it back.
ALTER TABLE articles ADD COLUMN removed BIGINT NOT NULL DEFAULT 0;
UPDATE articles SET edited = 1 WHERE file_hash IS NULL;

CREATE TABLE article_versions (
    article   TEXT NOT NULL,
    locale    TEXT NOT NULL,
    number    BIGINT NOT NULL,
    -- JSON; NULL where the article was removed.
    content   TEXT,
    -- console, file, import
    source    TEXT NOT NULL,
    -- Who, in the console.
    agent_id  TEXT REFERENCES agents (id),
    at        BIGINT NOT NULL,
    PRIMARY KEY (article, locale, number)
);
INSERT INTO article_versions (article, locale, number, content, source, at)
    SELECT id, locale, 1, article, CASE WHEN file_hash IS NULL THEN 'import' ELSE 'file' END, changed_at FROM articles;

-- Customers' questions to the knowledge base. Their words stand in the log.
CREATE TABLE questions (
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    seq              BIGINT NOT NULL,
    -- answered, offered, declined
    outcome          TEXT NOT NULL,
    -- JSON: the passages that were found, best first.
    found            TEXT NOT NULL,
    -- The passage that was shown.
    article          TEXT,
    section          TEXT,
    language         TEXT NOT NULL,
    -- What the customer said of the answer: 0 or 1.
    helpful          BIGINT,
    -- Whether the same passage was found for the customer's next question, too.
    asked_again      BIGINT NOT NULL DEFAULT 0,
    -- Whether a person had to come in.
    person           BIGINT NOT NULL DEFAULT 0,
    at               BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
CREATE INDEX questions_at ON questions (at);
