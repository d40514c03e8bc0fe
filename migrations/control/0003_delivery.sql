-- Notifications on their way. What is done stays for a while, for people to see.
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Names the notification: it goes into the queue once.
    key TEXT NOT NULL UNIQUE,
    group_key TEXT NOT NULL,
    receiver TEXT NOT NULL,
    -- Such as slack[0].
    integration TEXT NOT NULL,
    -- JSON without secrets: what is to be sent.
    draft TEXT NOT NULL,
    -- JSON: how far it is.
    progress TEXT NOT NULL,
    -- waiting, done or dead.
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    -- Milliseconds since the epoch.
    created_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    -- From when on it is not tried again.
    give_up_at INTEGER NOT NULL,
    -- When it was done, or given up.
    ended_at INTEGER,
    -- Why the last attempt failed.
    reason TEXT NOT NULL
);

CREATE INDEX delivery_waiting ON delivery (receiver, integration, group_key, id) WHERE state = 'waiting';
CREATE INDEX delivery_ended ON delivery (state, ended_at) WHERE state <> 'waiting';

-- What an integration knows of a group, such as the number of an issue.
CREATE TABLE delivery_memory (
    group_key TEXT NOT NULL,
    receiver TEXT NOT NULL,
    integration TEXT NOT NULL,
    -- JSON.
    memory TEXT NOT NULL,
    -- Milliseconds since the epoch.
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (group_key, receiver, integration)
) WITHOUT ROWID;
