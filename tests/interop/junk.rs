//! Junk on the media port beside a call: the call does not notice, and every piece is accounted for.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::server::Server;
use crate::{crowd, setting, until};

/// Datagrams per second.
const RATE: u64 = 10_000;

/// Datagrams sent in one go. Ten thousand per second one by one would cost the sender a core.
const BURST: u64 = 50;

/// Addresses it comes from, so that tables by address are tried as well.
const SENDERS: u8 = 64;

/// The most that memory may grow beside it, in bytes. All datagrams together are five times as much.
const GROWTH: u64 = 8 << 20;

/// What a kernel gives to a socket that asks for nothing: 208 KiB by its own books, which count twice.
const STOCK_BUFFER: &str = "106496";

/// Why junk may be refused. A random datagram finds each of these within a second.
const REASONS: [&str; 5] = ["too_long", "not_webrtc", "malformed_stun", "unknown_ufrag", "unknown_address"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_does_not_notice_junk_on_its_port() -> Result<()> {
    beside_junk(&Server::start_alone(1, &[])?).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_does_not_notice_junk_where_receive_buffers_are_small() -> Result<()> {
    beside_junk(&Server::start_alone(1, &[("SWITCHYARD_MEDIA__RECEIVE_BUFFER", STOCK_BUFFER)])?).await
}

async fn beside_junk(server: &Server) -> Result<()> {
    // The first call takes what every server needs once.
    crowd(server).await?;
    let (memory, before) = (server.memory()?, Refused::of(server)?);
    let seconds = 2 + setting("SECONDS", 6);

    let sender = send_junk(server.media(), RATE * seconds);
    crowd(server).await?;
    let sent = tokio::task::spawn_blocking(|| sender.join()).await?.expect("the sender does not panic")?;

    until("every piece is accounted for", || {
        Refused::of(server).is_ok_and(|now| now.all() - before.all() >= sent)
    })
    .await?;
    let grown = server.memory()?.saturating_sub(memory);
    ensure!(grown <= GROWTH, "memory has grown by {grown} bytes beside {sent} datagrams");
    Refused::of(server)?.names_every_reason()
}

/// What was refused up to now.
struct Refused {
    by_reason: Vec<(&'static str, u64)>,
    by_kernel: u64,
}

impl Refused {
    fn of(server: &Server) -> Result<Self> {
        let metrics = server.metrics()?;
        let count = |reason| {
            let label = format!("reason=\"{reason}\"");
            Ok((reason, metrics.sum("switchyard_dropped_packets_total", &label)?))
        };
        Ok(Self {
            by_reason: REASONS.into_iter().map(count).collect::<Result<_>>()?,
            by_kernel: metrics.sum("switchyard_receive_kernel_dropped_packets_total", "")?,
        })
    }

    fn all(&self) -> u64 {
        self.by_kernel + self.by_reason.iter().map(|(_, count)| count).sum::<u64>()
    }

    fn names_every_reason(&self) -> Result<()> {
        let unused: Vec<_> = self.by_reason.iter().filter(|(_, count)| *count == 0).collect();
        ensure!(unused.is_empty(), "nothing was refused as {unused:?}");
        Ok(())
    }
}

/// Sends `count` random datagrams, evenly, and returns how many the kernel took.
fn send_junk(to: SocketAddr, count: u64) -> JoinHandle<Result<u64>> {
    thread::spawn(move || {
        let sockets: Vec<_> = (0..SENDERS)
            .map(|n| UdpSocket::bind((Ipv4Addr::new(127, 1, 0, n), 0)))
            .collect::<Result<_, _>>()?;
        let mut random = ChaCha8Rng::seed_from_u64(7_882);
        let (began, mut sent) = (Instant::now(), 0);
        for number in 0..count {
            let datagram = datagram(&mut random);
            let socket = &sockets[random.random_range(0..sockets.len())];
            sent += u64::from(socket.send_to(&datagram, to).is_ok());
            if number % BURST == 0 {
                let due = began + Duration::from_secs(1) * number as u32 / RATE as u32;
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
        }
        Ok(sent)
    })
}

/// Random bytes of a random length. Every fourth looks like a binding request at first sight (RFC 8489 §5).
fn datagram(random: &mut impl Rng) -> Vec<u8> {
    let lengths = [1, 12, 20, 28, 100, 500, 1_200, 1_500, 2_000];
    let mut bytes = vec![0; lengths[random.random_range(0..lengths.len())]];
    random.fill_bytes(&mut bytes);
    if random.random_ratio(1, 4)
        && let Some(len) = bytes.len().checked_sub(20)
    {
        let [high, low] = (len as u16).to_be_bytes();
        bytes[..8].copy_from_slice(&[0, 1, high, low, 0x21, 0x12, 0xa4, 0x42]);
    }
    bytes
}
