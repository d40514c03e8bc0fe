use std::collections::VecDeque;
use std::net::SocketAddr;

use futures::{SinkExt, StreamExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};
use watchfire_model::live::{
    Asked, ClientMessage, Hello, Refresh, ServerMessage, Span, Subscription, decode, encode,
};
use watchfire_model::{Function, Matcher, SeriesQuery};

use crate::points::Points;
use crate::server::{DEADLINE, Server};

/// A client of the live protocol.
pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
    waiting: VecDeque<ServerMessage>,
}

/// What ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// A close frame with this code.
    Closed(u16),
    /// No more than that: the connection is gone.
    Gone,
}

impl Client {
    /// Connects, and hears who speaks.
    pub(crate) async fn connect(server: &Server) -> (Self, Hello) {
        let mut client = Self::open(server.address(), None).await;
        match client.next().await {
            ServerMessage::Hello(hello) => (client, hello),
            other => panic!("{other:?} comes before hello"),
        }
    }

    /// Connects to the socket at another path: that of a share.
    pub(crate) async fn connect_to(server: &Server, path: &str) -> (Self, Hello) {
        let address = server.address();
        let stream = TcpStream::connect(address).await.unwrap();
        let (socket, _) = client_async(format!("ws://{address}{path}"), stream).await.unwrap();
        let mut client = Self { socket, waiting: VecDeque::new() };
        match client.next().await {
            ServerMessage::Hello(hello) => (client, hello),
            other => panic!("{other:?} comes before hello"),
        }
    }

    /// Connects with room for `receive_buffer` bytes in the kernel.
    pub(crate) async fn open(address: SocketAddr, receive_buffer: Option<u32>) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes).unwrap();
        }
        let stream = socket.connect(address).await.unwrap();
        let (socket, _) = client_async(format!("ws://{address}/api/v1/live"), stream).await.unwrap();
        Self { socket, waiting: VecDeque::new() }
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    pub(crate) async fn say(&mut self, message: &ClientMessage) {
        self.send(Message::Binary(encode(message).unwrap().into())).await;
    }

    pub(crate) async fn subscribe(&mut self, id: u32, subscription: Subscription) {
        self.say(&ClientMessage::Subscribe { id, subscription }).await;
    }

    /// The next message, or what ended the connection.
    pub(crate) async fn next_or_end(&mut self) -> Result<ServerMessage, End> {
        loop {
            if let Some(message) = self.waiting.pop_front() {
                return Ok(message);
            }
            match timeout(DEADLINE, self.socket.next()).await.unwrap() {
                Some(Ok(Message::Binary(bytes))) => {
                    self.waiting.extend(decode::<ServerMessage>(&bytes).unwrap());
                }
                Some(Ok(Message::Close(frame))) => {
                    return Err(End::Closed(frame.map_or(0, |frame| frame.code.into())));
                }
                Some(Ok(other)) => panic!("{other:?} is not part of the protocol"),
                Some(Err(_)) | None => return Err(End::Gone),
            }
        }
    }

    pub(crate) async fn next(&mut self) -> ServerMessage {
        self.next_or_end().await.unwrap()
    }

    /// Reads on until `answer` finds what it looks for.
    pub(crate) async fn until<T>(&mut self, mut answer: impl FnMut(&ServerMessage) -> Option<T>) -> T {
        loop {
            if let Some(found) = answer(&self.next().await) {
                return found;
            }
        }
    }

    /// Reads on until a refusal, and returns its sentence.
    pub(crate) async fn refusal(&mut self, of: Option<u32>) -> String {
        self.until(|message| match message {
            ServerMessage::Refused { id, message, .. } if *id == of => Some(message.clone()),
            _ => None,
        })
        .await
    }

    /// Reads on until `points`, of the subscription `id`, are as they should be.
    pub(crate) async fn watch(
        &mut self,
        id: u32,
        points: &mut Points,
        mut enough: impl FnMut(&Points) -> bool,
    ) {
        self.until(|message| (points.take(id, message) && enough(points)).then_some(())).await;
    }
}

/// The mean of the series whose metric's name matches `metric`, 1 point a second over the last 5 minutes.
pub(crate) fn last_minutes(metric: &str) -> Subscription {
    over(metric, Span::Last { length: 300_000 })
}

/// The same over another time.
pub(crate) fn over(metric: &str, span: Span) -> Subscription {
    let query = SeriesQuery { matchers: vec![Matcher::regex("__name__", metric)], function: Function::Mean };
    ask(Asked::Series(query), span)
}

/// A query in PromQL over some time, 1 point a second.
pub(crate) fn promql(expr: &str, instant: bool, span: Span) -> Subscription {
    ask(Asked::Promql { expr: expr.to_owned(), instant }, span)
}

fn ask(asked: Asked, span: Span) -> Subscription {
    Subscription { asked, span, max_points: 300, min_step: 0, refresh: Refresh::Every(1000), known: None }
}
