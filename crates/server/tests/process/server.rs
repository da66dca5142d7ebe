//! A server under test, and what one can ask of it.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Anything takes less than this on a machine that is not on its knees.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The binary, with nothing in its environment but what a test puts there.
pub(crate) fn switchyard() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchyard"));
    command.env_clear().stdin(Stdio::null());
    command
}

/// Runs to the end; only for what ends by itself.
pub(crate) fn output(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

/// A running server, known by what it logs. Killed when dropped.
pub(crate) struct Server {
    process: Child,
    lines: Receiver<Value>,
    /// Everything read so far.
    pub(crate) log: Vec<Value>,
    /// Where it serves signalling.
    pub(crate) signalling: SocketAddr,
    /// Where it serves metrics.
    pub(crate) metrics: SocketAddr,
    /// Where it serves the admin API.
    pub(crate) admin: SocketAddr,
}

impl Server {
    /// A server in development mode on ports of its own choice.
    pub(crate) fn start() -> Self {
        let mut command = switchyard();
        command.args(["--dev", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]);
        command.args(["--workers", "1", "--port-base", &free_udp_port().to_string()]);
        command.args(["--announce", "127.0.0.1"]).env("SWITCHYARD_MEDIA__BIND", "127.0.0.1");
        Self::run(&mut command)
    }

    /// What `command` starts, once it is ready. Its log is read as JSON: a line that is none fails.
    pub(crate) fn run(command: &mut Command) -> Self {
        command.env("SWITCHYARD_LOG__FORMAT", "json").stderr(Stdio::piped());
        command.env("SWITCHYARD_GATEWAY__ADMIN__LISTEN", "127.0.0.1:0");
        let mut process = command.spawn().expect("the binary runs");
        let stderr = process.stderr.take().expect("it is piped");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let value = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if sender.send(value).is_err() {
                    return;
                }
            }
        });
        let nowhere = SocketAddr::from(([0; 4], 0));
        let (log, signalling, metrics, admin) = (Vec::new(), nowhere, nowhere, nowhere);
        let mut server = Self { process, lines, log, signalling, metrics, admin };
        let ready = server.wait_for("ready");
        let address = |key: &str| ready[key].as_str().expect("an address").parse().expect("an address");
        (server.signalling, server.metrics) = (address("signalling"), address("metrics"));
        server.admin = address("admin");
        server
    }

    /// Waits for a line with that message.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, message: &str) -> Value {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("never said {message:?}, but {:#?}", self.log);
            };
            assert!(line.is_object(), "no JSON object: {line}");
            self.log.push(line.clone());
            if line["message"] == message {
                return line;
            }
        }
    }

    /// Sends SIGTERM; `kill` is a word of every shell.
    pub(crate) fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.process.id());
        let status = Command::new("sh").args(["-c", &kill]).status().expect("there is a shell");
        assert!(status.success());
    }

    /// Waits for the end, and says how long it took.
    pub(crate) fn ended(&mut self) -> (ExitStatus, Duration) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().expect("a child of ours") {
                return (status, began.elapsed());
            }
            assert!(began.elapsed() < PATIENCE, "does not end: {:#?}", self.log);
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Status line with headers, and body, of a GET.
pub(crate) fn get(address: SocketAddr, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).expect("somebody listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("the request is taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer is text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("HTTP");
    (head.to_owned(), body.to_owned())
}

/// A UDP port that was free a moment ago, and that no other test of this run was given.
pub(crate) fn free_udp_port() -> u16 {
    static GIVEN: LazyLock<Mutex<HashSet<u16>>> = LazyLock::new(Mutex::default);
    loop {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("there are free ports");
        let port = socket.local_addr().expect("it is bound").port();
        if GIVEN.lock().expect("nobody panics here").insert(port) {
            return port;
        }
    }
}
