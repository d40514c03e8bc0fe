-- Since when what a delivery tells waits: older than itself where it took the place of others. NULL: since it came.
ALTER TABLE delivery ADD COLUMN waits_since INTEGER;
