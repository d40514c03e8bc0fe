use std::fmt;

/// How severe an alert is, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "their names say it")]
pub enum Severity {
    Info,
    Warning,
    High,
    Critical,
}

impl Severity {
    /// What people write in the label `severity`; other words are those that other systems have for the same.
    pub fn of(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "info" | "information" | "informational" | "notice" | "none" | "low" | "p5" | "p4" => Self::Info,
            "warning" | "warn" | "minor" | "medium" | "moderate" | "p3" => Self::Warning,
            "high" | "error" | "major" | "p2" => Self::High,
            "critical" | "crit" | "page" | "fatal" | "emergency" | "disaster" | "outage" | "p1" => {
                Self::Critical
            }
            _ => return None,
        })
    }

    /// As Watchfire writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
