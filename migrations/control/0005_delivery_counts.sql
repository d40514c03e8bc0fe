-- How many wait is asked for often.
CREATE INDEX delivery_state ON delivery (state);
