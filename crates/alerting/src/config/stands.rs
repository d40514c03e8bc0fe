//! What a secret may be written as instead of itself.

/// Tells what the mask with a number stands for.
pub(super) type Kept<'a> = dyn Fn(u64) -> Option<String> + 'a;

/// Tells what an environment variable is set to.
pub type Variables<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// What is read where a secret may stand.
#[derive(Clone, Copy)]
pub(super) enum Stands<'a> {
    /// What is written.
    Written,
    /// That, or `${NAME}`: the value of an environment variable.
    Variables(&'a Variables<'a>),
    /// That, or a mask.
    Kept(&'a Kept<'a>),
}

/// The variable that `${NAME}` names, where a text is that and nothing else: a password may well have such letters within.
pub(super) fn variable(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    let (first, rest) = name.split_at_checked(1)?;
    let letter = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    (first.chars().all(letter) && rest.chars().all(|next| letter(next) || next.is_ascii_digit()))
        .then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Draft};

    #[test]
    fn only_a_whole_text_names_a_variable() {
        for (text, name) in [
            ("${SMTP_PASSWORD}", Some("SMTP_PASSWORD")),
            ("${_a1}", Some("_a1")),
            ("${}", None),
            ("${1A}", None),
            ("${A-B}", None),
            ("a${B}", None),
            ("${B}c", None),
            ("$B", None),
            ("${ü}", None),
        ] {
            assert_eq!(variable(text), name, "{text}");
        }
    }

    const TEXT: &str = "\
global: {smtp_smarthost: 'mail:25', smtp_from: '${FROM}', smtp_auth_username: u, smtp_auth_password: '${MAIL}'}
route: {receiver: a}
receivers:
  - name: a
    slack_configs: [{api_url: '${HOOK}', channel: '${FROM}'}]
    pagerduty_configs: [{routing_key: 'p${MAIL}'}]
    webhook_configs:
      - {url: 'http://127.0.0.1/', http_config: {basic_auth: {username: u, password: '${MAIL}'}}}
";

    fn set(name: &str) -> Option<String> {
        let value = match name {
            "MAIL" => "of the mail",
            "HOOK" => "https://hooks/abc",
            "EMPTY" => "",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn a_file_has_secrets_from_the_environment_and_nothing_else() {
        let config = Config::parse_with("a.yml", TEXT, &set).unwrap();
        assert_eq!(config.global.smtp_from, "${FROM}");
        assert_eq!(config.global.smtp_auth_password.expose(), "of the mail");
        let receiver = &config.receivers[0];
        let slack = &receiver.slack_configs[0];
        assert_eq!(slack.api_url.as_ref().unwrap().expose().as_str(), "https://hooks/abc");
        assert_eq!(slack.channel, "${FROM}");
        assert_eq!(receiver.pagerduty_configs[0].routing_key.expose(), "p${MAIL}");
        let http = receiver.webhook_configs[0].http_config.as_ref().unwrap();
        assert_eq!(http.basic_auth.as_ref().unwrap().password.expose(), "of the mail");
        let shown = serde_json::to_string(&config).unwrap();
        assert!(!shown.contains("of the mail") && !shown.contains("hooks/abc"), "{shown}");
    }

    #[test]
    fn a_variable_that_is_not_set_is_told_with_its_line() {
        let unset = TEXT.replace("HOOK", "EMPTY").replace("'${MAIL}'}}", "'${GONE}'}}");
        let error = Config::parse_with("a.yml", &unset, &set).unwrap_err().to_string();
        assert!(error.contains("a.yml:5:") && error.contains("EMPTY is not set"), "{error}");
        assert!(error.contains("a.yml:8:") && error.contains("GONE is not set"), "{error}");
    }

    #[test]
    fn a_variable_is_an_address_as_others_are() {
        let error = Config::parse_with("a.yml", &TEXT.replace("HOOK", "MAIL"), &set).unwrap_err().to_string();
        assert!(error.contains("a.yml:5:"), "{error}");
        assert!(!error.contains("of the mail"), "{error}");
    }

    #[test]
    fn what_is_kept_reads_no_environment() {
        let draft = Draft::read("kept", TEXT, &|_| None);
        let error = draft.config.unwrap_err().to_string();
        assert!(
            error.contains("kept:1:")
                && error.contains("names an environment variable")
                && !error.contains("MAIL"),
            "{error}"
        );
    }
}
