-- Tests of receivers go by the queue, too; they are tried once and counted nowhere.
ALTER TABLE delivery ADD COLUMN test INTEGER NOT NULL DEFAULT 0;
-- Of one that is superseded: the later delivery that tells all of what it would have told.
ALTER TABLE delivery ADD COLUMN superseded_by INTEGER;

-- How many there are is asked for often, without tests.
DROP INDEX delivery_state;
CREATE INDEX delivery_state ON delivery (state, test);
-- What was told of a group.
CREATE INDEX delivery_group ON delivery (group_key, receiver, integration, id);
