-- What was acknowledged and is not yet in a partition: one row for each group commit.
CREATE TABLE batch (
    -- Rises with each row, also over restarts; partitions remember up to which one they hold the samples.
    seq INTEGER PRIMARY KEY,
    -- Series definitions and samples; the format stands with the code that writes it (entry.rs).
    body BLOB NOT NULL,
    -- CRC-32 of the body.
    checksum INTEGER NOT NULL
);

-- One row: every batch up to flushed_seq is in its partitions and deleted here.
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    flushed_seq INTEGER NOT NULL
);
