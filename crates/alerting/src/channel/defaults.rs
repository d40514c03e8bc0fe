//! The templates that are always there.

use std::sync::LazyLock;

use watchfire_template::{Dialect, Set};

/// The files, later ones over earlier ones.
const FILES: [(&str, &str); 3] = [
    ("default.tmpl", include_str!("templates/default.tmpl")),
    ("email.tmpl", include_str!("templates/email.tmpl")),
    ("watchfire.tmpl", include_str!("templates/watchfire.tmpl")),
];

static DEFAULTS: LazyLock<Set> = LazyLock::new(|| {
    let mut set = Set::new(Dialect::Notifications);
    for (name, text) in FILES {
        // They are part of the program, and a test reads each; what could not be read would be missing where it is named.
        let _ = set.add(name, text);
    }
    set
});

/// The templates that Alertmanager has under the same names (`template/default.tmpl`), to which those of files refer, and
/// those of Watchfire's own channels. They say the same as Alertmanager's, with two exceptions: the program is called
/// Watchfire, and its address leads to Watchfire's page of alerts. Add the files of a configuration to the set.
pub fn default_templates() -> Set {
    DEFAULTS.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_can_be_read() {
        let mut set = Set::new(Dialect::Notifications);
        for (name, text) in FILES {
            if let Err(error) = set.add(name, text) {
                panic!("{error}");
            }
        }
        assert_eq!(set.names().count(), default_templates().names().count());
    }
}
