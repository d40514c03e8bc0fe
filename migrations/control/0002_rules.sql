-- Alerts that are there, and those that were resolved a short while ago.
CREATE TABLE alert (
    -- Names the rule over restarts and reloads.
    rule TEXT NOT NULL,
    -- The labels in one text, as storage packs them.
    labels TEXT NOT NULL,
    -- pending, firing, inactive.
    state TEXT NOT NULL,
    -- Packed like labels.
    annotations TEXT NOT NULL,
    -- The bits of a double: SQLite has no NaN.
    value INTEGER NOT NULL,
    -- Milliseconds since the epoch.
    active_at INTEGER NOT NULL,
    fired_at INTEGER,
    resolved_at INTEGER,
    -- Since when it fires only because of keep_firing_for.
    kept_since INTEGER,
    -- When whoever notifies took over what it is now; NULL: not yet.
    told_at INTEGER,
    PRIMARY KEY (rule, labels)
) WITHOUT ROWID;

-- What became of alerts and of rules.
CREATE TABLE alert_event (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    rule TEXT NOT NULL,
    -- Empty for what is said of the rule itself.
    labels TEXT NOT NULL,
    -- inactive, pending, firing; of the rule ok and error.
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    value INTEGER NOT NULL,
    -- Of an error.
    reason TEXT NOT NULL
);

CREATE INDEX alert_event_rule ON alert_event (rule, at);
CREATE INDEX alert_event_at ON alert_event (at);

-- One row: when rules were evaluated last, give or take a minute.
CREATE TABLE alert_evaluation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
);
