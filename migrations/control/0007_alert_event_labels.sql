-- What became of one alert, or of the alerts of an incident.
CREATE INDEX alert_event_labels ON alert_event (labels, at);
