use std::fmt;

use serde::{Deserialize, Serialize};

use super::progress::Progress;

/// What came back from a transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An answer over HTTP.
    Http {
        /// The status.
        status: u16,
        /// Its headers, names in small letters.
        headers: Vec<(String, String)>,
        /// The body, or as much of it as was read.
        body: Vec<u8>,
    },
    /// A mail server took the mail, or a program ended well.
    Taken,
    /// A mail server said no.
    Refused {
        /// The reply code (<https://www.rfc-editor.org/rfc/rfc5321#section-4.2>).
        code: u16,
        /// Its words.
        words: String,
    },
    /// A mail server took the mail, but not for all who are to have it: it refused some, or some were not asked for any more.
    Partly {
        /// The addresses that have it now.
        taken: Vec<String>,
        /// Those that it was refused for.
        refused: Vec<RefusedRecipient>,
    },
    /// A program ended badly.
    Exited {
        /// Its status; `None` where a signal ended it.
        status: Option<i32>,
        /// What it said on its way.
        words: String,
    },
    /// It can't be sent at all, and nothing was: an address that is none, a program that must not run.
    Impossible {
        /// What is wrong and what mends it.
        words: String,
    },
    /// It was not sent, since there was no way to the service: no connection, no secret, no login.
    Unsent {
        /// Why.
        cause: Cause,
        /// The same in words.
        words: String,
    },
    /// Nothing came back, and nobody knows whether it was heard.
    Nothing {
        /// Why.
        cause: Cause,
        /// The same in words.
        words: String,
    },
}

/// One whom a mail server takes no mail for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRecipient {
    /// The address.
    pub address: String,
    /// The reply code.
    pub code: u16,
    /// The server's words.
    pub words: String,
}

impl RefusedRecipient {
    /// Whether the server may take it later.
    fn may_pass(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// Code and words, for people.
    fn said(&self) -> String {
        format!("{}: {}", self.code, self.words)
    }
}

/// `EX_TEMPFAIL` of `sysexits.h`: a program that ends so asks to be run again.
const TRY_AGAIN: i32 = 75;

/// Why something was not delivered: the label `reason` of the metrics, with Alertmanager's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cause {
    /// What was sent is at fault: 4xx.
    ClientError,
    /// The service is at fault: 5xx, or no way to it.
    ServerError,
    /// It took too long.
    ContextDeadlineExceeded,
    /// The server stops.
    ContextCanceled,
    /// Anything else.
    Other,
}

impl Cause {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::ClientError,
        Self::ServerError,
        Self::ContextDeadlineExceeded,
        Self::ContextCanceled,
        Self::Other,
    ];

    /// The word of the metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::ClientError => "clientError",
            Self::ServerError => "serverError",
            Self::ContextDeadlineExceeded => "contextDeadlineExceeded",
            Self::ContextCanceled => "contextCanceled",
            Self::Other => "other",
        }
    }
}

/// What an answer means for a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is delivered.
    Done,
    /// This request is done; another one follows.
    Next,
    /// It may succeed later.
    Retry {
        /// Why it did not now.
        cause: Cause,
        /// The same in words.
        words: String,
        /// The milliseconds that the service asks to wait, if it does.
        after: Option<i64>,
    },
    /// It will never succeed as it is.
    Dead {
        /// Why.
        cause: Cause,
        /// The same in words.
        words: String,
    },
}

impl Verdict {
    pub(super) fn retry(cause: Cause, words: impl Into<String>) -> Self {
        Self::Retry { cause, words: words.into(), after: None }
    }

    pub(super) fn dead(cause: Cause, words: impl Into<String>) -> Self {
        Self::Dead { cause, words: words.into() }
    }
}

/// For the log.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::Next => f.write_str("another request follows"),
            Self::Retry { words, after: Some(after), .. } => {
                write!(f, "again after {after} ms: {words}")
            }
            Self::Retry { words, .. } => write!(f, "again: {words}"),
            Self::Dead { words, .. } => write!(f, "never: {words}"),
        }
    }
}

/// The replies of a mail server that have to do with logins (<https://www.rfc-editor.org/rfc/rfc4954#section-6>).
const LOGIN_REFUSED: [u16; 4] = [530, 534, 535, 538];

impl Answer {
    /// Whether what was sent may have been heard, though the answer is not good. Only where the service itself said no, or nothing got
    /// to it, it surely was not: a server between may answer 5xx for one that has it, and a connection may break behind it.
    pub fn may_be_heard(&self) -> bool {
        match self {
            // 408: the request did not come in time, or the answer to it.
            Self::Http { status, .. } => !(300..500).contains(status) || *status == 408,
            Self::Taken | Self::Nothing { .. } => true,
            Self::Partly { taken, .. } => !taken.is_empty(),
            Self::Exited { status, .. } => *status != Some(TRY_AGAIN),
            Self::Refused { .. } | Self::Impossible { .. } | Self::Unsent { .. } => false,
        }
    }

    /// Whether a mail server refused who logged in. One that is told a wrong password again and again locks the account.
    pub fn is_login_refused(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if LOGIN_REFUSED.contains(code))
    }

    /// The verdict on what no HTTP server said. Who has a mail that not all have is written to `progress`.
    pub(super) fn without_http(&self, progress: &mut Progress) -> Verdict {
        match self {
            Self::Taken | Self::Http { .. } => partly(&[], progress),
            // 4yz may pass, 5yz stays. What has to do with logins is mended by people, who have to see it.
            Self::Refused { code, words } => {
                let mend = match code {
                    530 => "; give auth_username and auth_password",
                    534 | 535 | 538 => "; mend auth_username and auth_password (auth_secret for CRAM-MD5)",
                    _ => "",
                };
                let words = format!("the mail server said {code}: {words}{mend}");
                match code {
                    400..500 => Verdict::retry(Cause::ServerError, words),
                    _ => Verdict::dead(Cause::ClientError, words),
                }
            }
            Self::Partly { taken, refused } => {
                progress.told.extend(taken.iter().cloned());
                for one in refused.iter().filter(|one| !one.may_pass()) {
                    progress.refused.insert(one.address.clone(), one.said());
                }
                partly(refused, progress)
            }
            // And what a signal ended.
            Self::Exited { status: None | Some(TRY_AGAIN), words } => {
                Verdict::retry(Cause::ServerError, format!("the program asks to be run again: {words}"))
            }
            Self::Exited { status: Some(status), words } => Verdict::dead(
                Cause::ClientError,
                format!("the program ended with {status} (75 would mean: try again): {words}"),
            ),
            Self::Impossible { words } => Verdict::dead(Cause::ClientError, words.clone()),
            Self::Unsent { cause, words } | Self::Nothing { cause, words } => {
                Verdict::retry(*cause, words.clone())
            }
        }
    }
}

/// The verdict on a mail that the server took, but for those that it refused now, and for those that it refused for good before.
fn partly(refused: &[RefusedRecipient], progress: &Progress) -> Verdict {
    let now = refused.iter().filter(|one| one.may_pass()).map(|one| (one.address.as_str(), one.said()));
    let for_good = progress.refused.iter().map(|(address, said)| (address.as_str(), said.clone()));
    let all: Vec<(&str, String)> = now.chain(for_good).collect();
    if all.is_empty() {
        return Verdict::Done;
    }
    let each = all.iter().map(|(address, said)| format!("{address} ({said})")).collect::<Vec<_>>().join(", ");
    let rest = if progress.told.is_empty() { "" } else { "; all others have it" };
    let words = format!("the mail server refused {each}{rest}");
    // Those for whom it may pass are tried again, alone; what stays is told at last.
    if refused.iter().any(RefusedRecipient::may_pass) {
        return Verdict::retry(Cause::ServerError, words);
    }
    Verdict::dead(Cause::ClientError, words)
}
