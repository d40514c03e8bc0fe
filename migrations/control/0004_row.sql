-- What the server itself remembers, by what it is for: small things that change often.
CREATE TABLE row (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    -- JSON.
    body TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
