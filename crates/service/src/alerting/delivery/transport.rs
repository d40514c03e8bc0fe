use async_trait::async_trait;
use watchfire_alerting::channel::{Answer, Outgoing};

use super::{HttpTransport, MailTransport, ProgramTransport};

/// Sends one thing and brings back what was said to it.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends it, within bounded time. Whatever goes wrong is an [`Answer`], too.
    async fn send(&self, outgoing: Outgoing) -> Answer;
}

/// The transports of a server: HTTP, mail, and programs if they are allowed.
#[derive(Clone, Debug)]
pub struct Senders {
    /// HTTP.
    pub http: HttpTransport,
    /// Mail.
    pub mail: MailTransport,
    /// Programs of this machine; `None` where the command line does not let them run.
    pub program: Option<ProgramTransport>,
}

impl Senders {
    /// Transports whose answers may take `timeout`; programs run where `programs` says so.
    pub fn new(timeout: std::time::Duration, programs: bool) -> Self {
        Self {
            http: HttpTransport::new(timeout),
            mail: MailTransport::new(timeout),
            program: programs.then_some(ProgramTransport),
        }
    }
}

#[async_trait]
impl Transport for Senders {
    async fn send(&self, outgoing: Outgoing) -> Answer {
        match outgoing {
            Outgoing::Http(request) => self.http.send(*request).await,
            Outgoing::Mail(mail) => self.mail.send(*mail).await,
            Outgoing::Program(program) => match &self.program {
                Some(transport) => transport.run(program).await,
                None => Answer::Impossible {
                    words:
                        "programs are off; whoever starts the server has to let them run (--notify-programs)"
                            .to_owned(),
                },
            },
        }
    }
}
