-- What people make: dashboards, folders, library panels, playlists, shares, snapshots.
CREATE TABLE document (
    kind TEXT NOT NULL,
    uid TEXT NOT NULL,
    -- Rises by one with each change.
    version INTEGER NOT NULL,
    -- Milliseconds since the epoch.
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- What was changed, in the words of who did it.
    message TEXT NOT NULL,
    -- JSON: what lists show.
    head TEXT NOT NULL,
    -- Compressed by zstd.
    body BLOB NOT NULL,
    -- CRC-32 of the compressed body.
    checksum INTEGER NOT NULL,
    PRIMARY KEY (kind, uid)
);

-- Versions before the one in document, of kinds that have a history.
CREATE TABLE history (
    kind TEXT NOT NULL,
    uid TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    message TEXT NOT NULL,
    head TEXT NOT NULL,
    body BLOB NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (kind, uid, version)
);

-- The last version of what was deleted: a number never stands for two contents.
CREATE TABLE retired (
    kind TEXT NOT NULL,
    uid TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (kind, uid)
);

-- Notes at a time or over a range.
CREATE TABLE annotation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Milliseconds since the epoch.
    start INTEGER NOT NULL,
    -- Of a range.
    end INTEGER,
    -- The end of a range, the start of a point: what is looked for.
    until INTEGER NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    -- A JSON list of texts.
    tags TEXT NOT NULL,
    dashboard TEXT,
    panel INTEGER,
    made_by TEXT NOT NULL
);

CREATE INDEX annotation_until ON annotation (until);

-- Dashboards that somebody marked.
CREATE TABLE favourite (
    principal TEXT NOT NULL,
    uid TEXT NOT NULL,
    PRIMARY KEY (principal, uid)
) WITHOUT ROWID;

-- How often shares were opened.
CREATE TABLE share_use (
    uid TEXT PRIMARY KEY,
    views INTEGER NOT NULL,
    last_use INTEGER NOT NULL
) WITHOUT ROWID;

-- One row: the key that signs the tokens of shares.
CREATE TABLE secret (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB NOT NULL
);
