-- The series that have samples on this day.
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    -- The label __name__ once more, for the index; empty for a series without one.
    metric TEXT NOT NULL,
    -- All labels as a JSON object, sorted by name.
    labels TEXT NOT NULL UNIQUE
);

CREATE INDEX series_by_metric ON series (metric);

-- Compressed columns of one series. Small columns stand before the large ones, so that SQLite reads only what it must.
CREATE TABLE block (
    id INTEGER PRIMARY KEY,
    series_id INTEGER NOT NULL REFERENCES series (id),
    -- The journal's last row when the block was cut. At equal timestamps the block with the higher seq is right.
    seq INTEGER NOT NULL,
    -- First and last timestamp: milliseconds since the epoch.
    min_time INTEGER NOT NULL,
    max_time INTEGER NOT NULL,
    -- How many samples each column holds.
    samples INTEGER NOT NULL,
    -- CRC-32 of timestamps and vals, one after the other.
    checksum INTEGER NOT NULL,
    -- pco: 64-bit integers, milliseconds since the epoch.
    timestamps BLOB NOT NULL,
    -- pco: 64-bit floats.
    vals BLOB NOT NULL
);

CREATE UNIQUE INDEX block_by_time ON block (series_id, min_time, seq);

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
