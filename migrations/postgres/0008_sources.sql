-- Articles that were read elsewhere: in files that were imported, on websites.

-- A file, a folder or a website, and its last reading.
CREATE TABLE sources (
    -- The path, or the website's address.
    source        TEXT PRIMARY KEY,
    began_at      BIGINT NOT NULL,
    -- NULL while it is read, and where that was broken off.
    ended_at      BIGINT,
    -- Whoever reads it renews this.
    leased_until  BIGINT NOT NULL,
    listed        BIGINT NOT NULL DEFAULT 0,
    written       BIGINT NOT NULL DEFAULT 0,
    unchanged     BIGINT NOT NULL DEFAULT 0,
    skipped       BIGINT NOT NULL DEFAULT 0,
    -- Why it could not be read at all.
    error         TEXT
);

-- What was read of it.
CREATE TABLE source_pages (
    source         TEXT NOT NULL,
    -- The page's address, or the file's name in the folder.
    address        TEXT NOT NULL,
    -- The article that it became.
    article        TEXT,
    locale         TEXT,
    -- Of the words that were taken: what is the same is no new version.
    hash           TEXT,
    -- What the server said of it, to ask whether it has changed.
    etag           TEXT,
    last_modified  TEXT,
    -- Why it was not taken the last time.
    problem        TEXT,
    seen_at        BIGINT NOT NULL,
    PRIMARY KEY (source, address)
);
CREATE INDEX source_pages_article ON source_pages (article, locale);
