//! The stages observe, select and rewrite, apart and together.

use std::hint::black_box;
use std::time::{Duration, Instant};

use switchyard_benches::rounds::{PACKETS, Stage};
use switchyard_forward::publication::binding::Bindings;
use switchyard_forward::publication::cache::CacheRef;
use switchyard_forward::publication::{Accepted, Publication};
use switchyard_forward::subscription::rewrite::Stamps;
use switchyard_forward::subscription::select::Preference;
use switchyard_forward::subscription::{Seeds, Subscription};
use switchyard_transport::srtp::{Outbound, SrtpProfile};
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::decision::Verdict;
use switchyard_vocab::observed::Observed;
use switchyard_vocab::rtp::{ExtSeqNo, RtpTimestamp, SeqNo};
use switchyard_wire::rtp::RtpPacket;
use switchyard_wire::rtp::extension::{KnownExtensions, TransportSeq};

use crate::protect::{ROOM, keys};
use crate::source::{Source, receiving, sending};

/// Payload of every packet here.
const SIZE: usize = 1_100;

/// Time between packets. The packets of one round have to be in the cache together, which keeps one second.
const STEP: Duration = Duration::from_millis(2);

/// A publication and the packets of one round.
struct Published {
    now: Instant,
    source: Source,
    bindings: Bindings,
    publication: Publication,
    packets: Vec<(Instant, usize, [u8; ROOM])>,
    kept: Vec<(CacheRef, Observed)>,
}

impl Published {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            now,
            source: Source::default(),
            bindings: Bindings::new(&receiving()),
            publication: Publication::new(MediaKind::Video),
            packets: vec![(now, 0, [0; ROOM]); PACKETS],
            kept: Vec::with_capacity(PACKETS),
        }
    }

    /// Packets that nobody has seen yet.
    fn refill(&mut self) {
        for (at, len, packet) in &mut self.packets {
            self.now += STEP;
            *at = self.now;
            *len = self.source.write(SIZE, packet);
        }
        self.kept.clear();
    }

    /// Stage *observe* for all of them. Returns how many are kept.
    fn observe(&mut self) -> usize {
        for (at, len, bytes) in &self.packets {
            let Ok(packet) = RtpPacket::parse(&bytes[..*len]) else { continue };
            let known = KnownExtensions::read(&packet, self.bindings.extensions());
            let Ok(bound) = self.bindings.bind(*at, packet.ssrc(), packet.payload_type(), &known) else {
                continue;
            };
            if let Ok(Accepted::Packet { packet, observed }) =
                self.publication.handle_rtp(*at, &packet, &known, &bound)
            {
                self.kept.push((packet, observed));
            }
        }
        self.kept.len()
    }
}

/// Header and extensions alone.
pub(crate) struct Parse(Published);

impl Parse {
    pub(crate) fn new() -> Self {
        Self(Published::new())
    }
}

impl Stage for Parse {
    fn name(&self) -> String {
        "parse: header and extensions".into()
    }

    fn prepare(&mut self) {
        self.0.refill();
    }

    fn run(&mut self) -> usize {
        let Published { packets, bindings, .. } = &self.0;
        let mut parsed = 0;
        for (_, len, bytes) in packets {
            let Ok(packet) = RtpPacket::parse(&bytes[..*len]) else { continue };
            black_box(KnownExtensions::read(&packet, bindings.extensions()));
            parsed += 1;
        }
        parsed
    }
}

/// From a plain packet to one that is kept.
pub(crate) struct Observe(Published);

impl Observe {
    pub(crate) fn new() -> Self {
        Self(Published::new())
    }
}

impl Stage for Observe {
    fn name(&self) -> String {
        "observe: parse, bind, count, read VP8, cache".into()
    }

    fn prepare(&mut self) {
        self.0.refill();
    }

    fn run(&mut self) -> usize {
        self.0.observe()
    }
}

/// A subscription beside its publication.
struct Subscribed {
    published: Published,
    subscription: Subscription,
    selected: Vec<(CacheRef, Verdict)>,
    transport_seq: u16,
}

impl Subscribed {
    fn new() -> Self {
        let (seq, rtx_seq) = (SeqNo(1), SeqNo(2));
        let seeds = Seeds { seq, rtx_seq, timestamp: RtpTimestamp(3), reports: 4 };
        Self {
            published: Published::new(),
            subscription: Subscription::new(&sending(), Preference::default(), seeds),
            selected: Vec::with_capacity(PACKETS),
            transport_seq: 0,
        }
    }

    fn refill(&mut self) {
        self.published.refill();
        self.published.observe();
        self.selected.clear();
    }

    fn select(&mut self) -> usize {
        for (packet, observed) in &self.published.kept {
            let verdict = self.subscription.select(observed, self.published.publication.layers());
            if !matches!(verdict, Verdict::Skip(_)) {
                self.selected.push((*packet, verdict));
            }
        }
        self.selected.len()
    }

    /// Writes everything selected; `then` does the rest with each packet.
    fn write(&mut self, mut then: impl FnMut(ExtSeqNo, &mut [u8], usize) -> bool) -> usize {
        let (now, publication) = (self.published.now, &self.published.publication);
        let mut room = [0; ROOM];
        let mut done = 0;
        for &chosen in &self.selected {
            let stamps =
                Stamps { transport_seq: Some(TransportSeq(SeqNo(self.transport_seq))), abs_send_time: None };
            let (cache, clocks) = (publication.cache(), publication.clocks());
            let Ok(written) = self.subscription.write(now, chosen, cache, clocks, stamps, &mut room) else {
                continue;
            };
            self.transport_seq = self.transport_seq.wrapping_add(1);
            done += usize::from(then(written.seq, &mut room, written.len));
        }
        done
    }
}

/// Whether one subscriber gets each packet.
pub(crate) struct Select(Subscribed);

impl Select {
    pub(crate) fn new() -> Self {
        Self(Subscribed::new())
    }
}

impl Stage for Select {
    fn name(&self) -> String {
        "select, per subscriber".into()
    }

    fn prepare(&mut self) {
        self.0.refill();
    }

    fn run(&mut self) -> usize {
        self.0.select()
    }
}

/// From the cache to a packet for one subscriber.
pub(crate) struct Write(Subscribed);

impl Write {
    pub(crate) fn new() -> Self {
        Self(Subscribed::new())
    }
}

impl Stage for Write {
    fn name(&self) -> String {
        "rewrite and write, per subscriber".into()
    }

    fn prepare(&mut self) {
        self.0.refill();
        self.0.select();
    }

    fn run(&mut self) -> usize {
        self.0.write(|_, packet, len| black_box(packet).len() >= len)
    }
}

/// All that one more subscriber costs, but for pacing and the socket.
pub(crate) struct ForOneSubscriber {
    subscribed: Subscribed,
    outbound: Outbound,
}

impl ForOneSubscriber {
    pub(crate) fn new() -> Self {
        let outbound = Outbound::new(&keys(SrtpProfile::AeadAes128Gcm).server);
        Self { subscribed: Subscribed::new(), outbound }
    }
}

impl Stage for ForOneSubscriber {
    fn name(&self) -> String {
        "select, write, encrypt, per subscriber".into()
    }

    fn prepare(&mut self) {
        self.subscribed.refill();
    }

    fn run(&mut self) -> usize {
        let Self { subscribed, outbound } = self;
        subscribed.select();
        subscribed.write(|seq, packet, len| outbound.protect_rtp(seq, packet, len).is_ok())
    }
}
