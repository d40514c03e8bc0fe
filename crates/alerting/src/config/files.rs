use super::problem::Place;

/// A field by which a configuration lets this machine read a file: a secret's (`..._file`), templates, a calendar, the values of a
/// header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileField {
    /// Where its value stands.
    pub place: Place,
    /// Its name.
    pub key: String,
}

#[cfg(test)]
mod tests {
    use crate::config::Draft;

    #[test]
    fn what_names_files_is_found_wherever_it_stands() {
        let text = "\
global:
  slack_api_url_file: /a
  smtp_auth_password_file: ''
  http_config:
    basic_auth: {username: u, password_file: /b}
    tls_config: {ca_file: /c}
    http_headers:
      X-Key: {files: [/d]}
      some_file: {values: [x]}
route: {receiver: a, routes: [{match: {config_file: x}}]}
receivers:
  - name: a
    pagerduty_configs:
      - {routing_key_file: /e, details: {log_file: x}}
schedules:
  - name: s
    calendars: [{ical_file: /f}]
templates: ['/g/*.tmpl']
unknown_file: /h
";
        let draft = Draft::read("test", text, &|_| None);
        let found: Vec<String> = draft
            .files
            .iter()
            .map(|field| format!("{} {} {}", field.place.line, field.key, draft.path(field.place)))
            .collect();
        insta::assert_snapshot!(found.join("\n"));
        assert!(
            Draft::read("test", "route: {receiver: a}\nreceivers: [{name: a}]\n", &|_| None).files.is_empty()
        );
    }
}
