//! Plain HTTP requests with all that belongs to them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    head: String,
    body: String,
}

/// The answer to one.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Ask {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
        Self { head, body: String::new() }
    }

    pub(crate) fn header(mut self, (name, value): (&str, &str)) -> Self {
        self.head += &format!("{name}: {value}\r\n");
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self
    }

    /// Asks, and waits for the whole answer.
    pub(crate) fn send(self, address: SocketAddr) -> JoinHandle<Answer> {
        tokio::task::spawn_blocking(move || {
            let mut socket = self.write(address);
            let mut answer = String::new();
            socket.read_to_string(&mut answer).unwrap();
            Answer::parse(&answer)
        })
    }

    /// Asks, and goes away after a moment.
    pub(crate) fn abandon(self, address: SocketAddr) -> JoinHandle<()> {
        tokio::task::spawn_blocking(move || {
            let socket = self.write(address);
            std::thread::sleep(Duration::from_millis(200));
            drop(socket);
        })
    }

    fn write(self, address: SocketAddr) -> TcpStream {
        let mut socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let Self { head, body } = self;
        let text = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        socket.write_all(text.as_bytes()).unwrap();
        socket
    }
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let head = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Self { status, head, body: body.to_owned() }
    }

    /// A header that has to be there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers(name).first().copied().unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        self.head.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        !self.headers(name).is_empty()
    }

    /// The code of an error.
    pub(crate) fn error(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).expect("an error is JSON");
        body["error"]["code"].as_str().expect("an error has a code").to_owned()
    }
}
