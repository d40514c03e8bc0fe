-- The series that have samples on this day, in groups: one row for up to 1024 series that were new in a flush.
CREATE TABLE series (
    -- The number of the group's first series; the others count on from there.
    first_id INTEGER PRIMARY KEY,
    -- How many series the group has.
    count INTEGER NOT NULL,
    -- CRC-32 of first_id (4 bytes, little endian) and the body.
    checksum INTEGER NOT NULL,
    -- zstd: the packed label sets, each after its length.
    body BLOB NOT NULL
);

-- Compressed samples of several series with neighbouring numbers. Small columns stand before the body, so that SQLite reads
-- only what it must.
CREATE TABLE block (
    id INTEGER PRIMARY KEY,
    -- The journal's last row when the block was cut. At equal timestamps the block with the lower seq is right.
    seq INTEGER NOT NULL,
    -- The numbers of the first and the last series.
    first_series INTEGER NOT NULL,
    last_series INTEGER NOT NULL,
    -- First and last timestamp: milliseconds since the epoch.
    min_time INTEGER NOT NULL,
    max_time INTEGER NOT NULL,
    -- How many samples it holds.
    samples INTEGER NOT NULL,
    -- CRC-32 of seq (8 bytes, little endian), first_series (4 bytes), directory and body.
    checksum INTEGER NOT NULL,
    -- Which series has which bytes of the body.
    directory BLOB NOT NULL,
    -- zstd: the chunks, one after the other.
    body BLOB NOT NULL
);

CREATE INDEX block_by_time ON block (min_time, max_time);

-- Examples of samples: traces and the like.
CREATE TABLE exemplar (
    series INTEGER NOT NULL,
    -- Milliseconds since the epoch.
    timestamp INTEGER NOT NULL,
    value REAL NOT NULL,
    -- Packed labels.
    labels TEXT NOT NULL,
    PRIMARY KEY (series, timestamp)
) WITHOUT ROWID;

-- What senders said of metrics.
CREATE TABLE metadata (
    metric TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    help TEXT NOT NULL,
    unit TEXT NOT NULL
) WITHOUT ROWID;

-- One row.
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- All samples of this day up to this row of the journal are here.
    flushed_seq INTEGER NOT NULL,
    -- First and last timestamp of all blocks; null while there is none.
    min_time INTEGER,
    max_time INTEGER
);

INSERT INTO meta (id, flushed_seq) VALUES (1, 0);
