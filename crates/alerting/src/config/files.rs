use super::problem::Place;

/// The field of a receiver that names programs of this machine.
pub(super) const PROGRAMS: &str = "exec_configs";

/// A field by which a configuration lets this machine read a file: a secret's (`..._file`), templates, a calendar, the values of a
/// header; or run one (`exec_configs`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileField {
    /// Where its value stands.
    pub place: Place,
    /// Its name.
    pub key: String,
}

impl FileField {
    /// Whether it names programs to run, and not files to read.
    pub fn is_program(&self) -> bool {
        self.key == PROGRAMS
    }
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
        assert!(draft.files.iter().all(|field| !field.is_program()));
        assert!(
            Draft::read("test", "route: {receiver: a}\nreceivers: [{name: a}]\n", &|_| None).files.is_empty()
        );
    }

    #[test]
    fn programs_are_found_where_a_receiver_names_some() {
        let text = "\
route: {receiver: a, routes: [{match: {exec_configs: x}}]}
receivers:
  - {name: a, exec_configs: []}
  - {name: b, exec_configs: [{command: [/bin/true]}]}
";
        let draft = Draft::read("test", text, &|_| None);
        let found: Vec<_> = draft.files.iter().map(|field| (field.place.line, field.is_program())).collect();
        assert_eq!(found, [(4, true)]);
        assert_eq!(draft.path(draft.files[0].place), "receivers[1].exec_configs");
    }
}
