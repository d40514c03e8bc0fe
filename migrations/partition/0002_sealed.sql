-- Which days are finished in this file, and up to which row of the journal they were when it was done: in a file of samples
-- their blocks are merged; a file of rollups holds all of theirs. A day that got samples since then is done again.
CREATE TABLE sealed (
    -- Days since the epoch, UTC.
    day INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL
);

-- The series of each label (postings), so that a query need not read all series.
CREATE TABLE posting (
    -- Both empty: all series.
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    -- A roaring bitmap of series numbers, in the format that all implementations share.
    series BLOB NOT NULL,
    -- CRC-32 of name, value and series, each after its length (8 bytes, little endian).
    checksum INTEGER NOT NULL,
    PRIMARY KEY (name, value)
) WITHOUT ROWID;

-- One row when posting holds all series of this file; none when it was never written, or series came or went since.
CREATE TABLE posted (
    id INTEGER PRIMARY KEY CHECK (id = 1)
);
