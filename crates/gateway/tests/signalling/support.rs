//! A gateway on ephemeral ports, clients for it, and the part of control.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use switchyard_control::intent::{Intent, Request, RequestId};
use switchyard_control::notice::{Addressed, Notice};
use switchyard_control::query::{Answer, ControlTotals, Query};
use switchyard_gateway::admin::config::{AdminConfig, AdminListen};
use switchyard_gateway::config::GatewayConfig;
use switchyard_gateway::listener::{Gateway, Listeners};
use switchyard_gateway::port::{Asked, ControlPort, Delivery, FromGateway, Sessions};
use switchyard_metrics::Exporter;
use switchyard_vocab::ids::SessionId;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running gateway, and control's end of its port.
pub(crate) struct Harness {
    pub(crate) address: SocketAddr,
    pub(crate) metrics: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) sessions: Arc<Sessions>,
    control: FromGateway,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

/// A configuration in which names are enough.
pub(crate) fn development() -> GatewayConfig {
    GatewayConfig::default().for_development()
}

impl Harness {
    pub(crate) async fn open(config: GatewayConfig) -> Self {
        let ephemeral = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let admin = AdminConfig { listen: AdminListen::At(ephemeral), ..config.admin };
        let config = GatewayConfig { listen: ephemeral, metrics_listen: ephemeral, admin, ..config };
        let listeners = Listeners::bind(&config).await.unwrap();
        let address = listeners.signalling.local_addr().unwrap();
        let metrics = listeners.metrics.local_addr().unwrap();
        let admin = listeners.admin.as_ref().unwrap().local_addr().unwrap();
        let (port, control) = ControlPort::open(&config);
        let sessions = port.sessions.clone();
        let gateway = Gateway::new(config, port, Exporter::new(Vec::new(), "1.2.3"));
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(gateway.serve(listeners, async { stopped.await.unwrap_or_default() }));
        Self { address, metrics, admin, sessions, control, stop: Some(stop), serving }
    }

    /// Hands control's part to somebody else.
    pub(crate) fn hand_over(&mut self) -> FromGateway {
        std::mem::replace(&mut self.control, ControlPort::open(&development()).1)
    }

    /// What control hears next.
    pub(crate) async fn heard(&mut self) -> Request {
        let heard = timeout(PATIENCE, self.control.requests.recv()).await;
        heard.expect("control hears something").expect("the gateway runs")
    }

    /// Whether control has heard everything there was.
    pub(crate) fn heard_nothing_more(&mut self) -> bool {
        self.control.requests.try_recv().is_err()
    }

    /// What control is asked next. Whoever asked gets no answer.
    pub(crate) async fn asked(&mut self) -> Query {
        self.next_query().await.query
    }

    /// Answers one query as control would.
    pub(crate) async fn answer_query(&mut self, totals: ControlTotals) {
        let Asked { query, answer } = self.next_query().await;
        assert_eq!(query, Query::Totals);
        answer.send(Answer::Totals(totals)).unwrap();
    }

    async fn next_query(&mut self) -> Asked {
        let asked = timeout(PATIENCE, self.control.queries.recv()).await;
        asked.expect("control is asked").expect("the gateway runs")
    }

    pub(crate) fn tell(&self, session: SessionId, notice: Notice) -> Delivery {
        self.sessions.deliver(Addressed { session, in_reply_to: None, notice, at_fault: None })
    }

    pub(crate) fn reply(&self, request: &Request, notice: Notice) -> Delivery {
        let (session, in_reply_to) = (request.session, request.id);
        self.sessions.deliver(Addressed { session, in_reply_to, notice, at_fault: None })
    }

    /// A client that is in the room already.
    pub(crate) async fn participant(&mut self, identity: &str) -> (Client, SessionId) {
        let mut client = self.client(&format!("room=lab&identity={identity}")).await;
        client.say(r#"{"id":1,"type":"join"}"#).await;
        let request = self.heard().await;
        let Intent::Join(join) = &request.intent else { panic!("{request:?}") };
        assert_eq!(request.id, Some(RequestId(1)));
        self.reply(&request, joined(join.room.as_str(), join.identity.as_str()));
        assert_eq!(client.hear().await["type"], "joined");
        (client, request.session)
    }

    /// A client that has been welcomed.
    pub(crate) async fn client(&self, query: &str) -> Client {
        let mut client = self.connect(query).await.expect("the client is let in");
        let welcome = client.hear().await;
        assert_eq!(welcome["type"], "welcome");
        client.key = welcome["resume"].as_str().unwrap_or_default().to_owned();
        client
    }

    /// Opens a WebSocket, or returns the status and the body of the refusal.
    pub(crate) async fn connect(&self, query: &str) -> Result<Client, (u16, Value)> {
        let url = format!("ws://{}/v1/connect?{query}", self.address);
        match timeout(PATIENCE, connect_async(url)).await.expect("the gateway answers") {
            Ok((socket, _)) => Ok(Client { socket, key: String::new() }),
            Err(Error::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                Err((response.status().as_u16(), serde_json::from_slice(body).unwrap_or_default()))
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Asks the gateway to stop.
    pub(crate) fn stop(&mut self) {
        self.stop.take().expect("it stops once").send(()).expect("it was running");
    }

    /// Waits until it has stopped.
    pub(crate) async fn stopped(self) {
        timeout(PATIENCE, self.serving).await.expect("it stops in time").unwrap();
    }
}

pub(crate) fn joined(room: &str, identity: &str) -> Notice {
    use switchyard_control::grants::Permissions;
    use switchyard_vocab::ids::{Identity, RoomName};
    Notice::Joined {
        room: RoomName::new(room),
        identity: Identity::new(identity),
        display_name: None,
        own_metadata: None,
        participants: Vec::new(),
        permissions: Permissions::default(),
        metadata: None,
        locked: false,
        codecs: Default::default(),
    }
}

/// One client.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// By which its session can be resumed.
    pub(crate) key: String,
}

impl Client {
    pub(crate) async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next message of the server.
    pub(crate) async fn hear(&mut self) -> Value {
        match self.frame().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("the client hears a message, not {other:?}"),
        }
    }

    /// The code with which the server closes the connection.
    pub(crate) async fn closed(&mut self) -> u16 {
        self.closed_because().await.0
    }

    /// The code and the words with which the server closes the connection.
    pub(crate) async fn closed_because(&mut self) -> (u16, String) {
        match self.frame().await {
            Some(Message::Close(Some(CloseFrame { code, reason }))) => (code.into(), reason.to_string()),
            other => panic!("the connection is closed, not {other:?}"),
        }
    }

    /// Whether the connection still works.
    pub(crate) async fn assert_alive(&mut self) {
        self.say(r#"{"id":77,"type":"ping"}"#).await;
        assert_eq!(self.hear().await, serde_json::json!({"type": "pong", "in_reply_to": 77}));
    }

    /// Waits for a ping of the server, before which it says nothing else.
    pub(crate) async fn pinged(&mut self) {
        match timeout(PATIENCE, self.socket.next()).await.expect("the server pings") {
            Some(Ok(Message::Ping(_))) => {}
            other => panic!("the server pings, it does not say {other:?}"),
        }
    }

    /// The next frame but pings and pongs.
    pub(crate) async fn frame(&mut self) -> Option<Message> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("the server says something") {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(frame)) => return Some(frame),
                Some(Err(_)) | None => return None,
            }
        }
    }
}

/// A plain HTTP request: the whole response as text.
pub(crate) async fn get(address: SocketAddr, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let asked = tokio::task::spawn_blocking(move || {
        let mut socket = std::net::TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        socket.read_to_string(&mut response).unwrap();
        response
    });
    asked.await.unwrap()
}
