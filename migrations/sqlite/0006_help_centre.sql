-- The public help centre: whether articles helped, and what was searched for. Nobody who
-- votes or searches is known.

CREATE TABLE article_votes (
    -- The page on which it was given: a second vote there replaces the first.
    page     TEXT PRIMARY KEY,
    article  TEXT NOT NULL,
    locale   TEXT NOT NULL,
    helpful  BIGINT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX article_votes_article ON article_votes (article, locale);

CREATE TABLE help_searches (
    id      TEXT PRIMARY KEY,
    -- Without personal data.
    terms   TEXT NOT NULL,
    locale  TEXT NOT NULL,
    -- Articles that were shown.
    found   BIGINT NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX help_searches_at ON help_searches (at);
