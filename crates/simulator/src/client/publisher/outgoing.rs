//! One stream on its way out: numbers, extensions, what was sent lately, reports.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use rand::RngExt;
use rand_chacha::ChaCha12Rng;
use switchyard_vocab::datagram::MAX_DATAGRAM;
use switchyard_vocab::negotiated::{Extension, ExtensionMap};
use switchyard_vocab::rtp::{ClockRate, ExtSeqNo, Mid, PayloadType, Rid, RtpTimestamp, SeqNo, Ssrc};
use switchyard_vocab::wall_clock::WallClock;
use switchyard_wire::rtcp::SenderInfo;
use switchyard_wire::rtp::{RtpHeader, rtx};

use crate::client::line::Line;

/// How long a sent packet can be asked for: libwebrtc's for video.
const HISTORY: Duration = Duration::from_secs(1);

/// The connection that all streams of a publisher share.
pub(super) struct Egress {
    pub(super) line: Line,
    next_transport_seq: u16,
    /// Packets that carried a transport-wide number.
    pub(super) numbered: u64,
    /// What the server accepted of the extensions, on any m-line: one map for the bundle.
    pub(super) extensions: ExtensionMap,
}

impl Egress {
    pub(super) fn new(line: Line) -> Self {
        Self { line, next_transport_seq: 0, numbered: 0, extensions: ExtensionMap::default() }
    }

    /// Sends a packet with these extensions, as far as they were accepted.
    fn send(
        &mut self,
        index: ExtSeqNo,
        header: &RtpHeader,
        extensions: &[(Extension, &[u8])],
        payload: [&[u8]; 2],
    ) {
        let transport_seq = self.next_transport_seq.to_be_bytes();
        let numbers = [(Extension::TransportCc, &transport_seq[..])];
        let all = extensions.iter().chain(&numbers);
        let accepted: Vec<_> =
            all.filter_map(|&(extension, data)| Some((self.extensions.id(extension)?, data))).collect();
        if self.extensions.id(Extension::TransportCc).is_some() {
            self.next_transport_seq = self.next_transport_seq.wrapping_add(1);
            self.numbered += 1;
        }
        let mut packet = vec![0; MAX_DATAGRAM];
        let len = header.write(&accepted, &mut packet).expect("a header fits a datagram");
        packet.truncate(len);
        payload.iter().for_each(|part| packet.extend_from_slice(part));
        self.line.send_rtp(index, packet);
    }
}

/// How a stream is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    pub(super) mid: Mid,
    pub(super) rid: Option<Rid>,
}

/// One RTP stream and its retransmissions.
pub(super) struct Outgoing {
    pub(super) ssrc: Ssrc,
    pub(super) rtx_ssrc: Option<Ssrc>,
    payload_types: (PayloadType, Option<PayloadType>),
    names: Names,
    clock: ClockRate,
    next: ExtSeqNo,
    next_rtx: ExtSeqNo,
    base: RtpTimestamp,
    packets: u32,
    octets: u32,
    history: VecDeque<Sent>,
    /// The server reported on it, so its name need not be repeated.
    is_bound: bool,
    pub(super) resent: u64,
    /// Packets that were asked for again, each counted once, …
    pub(super) nacked_once: u64,
    /// … and requests that came sooner than a round trip after the last one for the same packet.
    pub(super) nacked_early: u64,
}

struct Sent {
    seq: SeqNo,
    timestamp: RtpTimestamp,
    marker: bool,
    /// What goes with its payload in the header.
    extension: Option<(Extension, Vec<u8>)>,
    payload: Vec<u8>,
    at: Instant,
    resent: Option<Instant>,
}

impl Outgoing {
    /// A stream with random SSRCs, numbers and media clock. First numbers leave room before the
    /// wrap, as RFC 3711 §3.3.1 advises and libwebrtc does.
    pub(super) fn new(
        names: Names,
        payload_types: (PayloadType, Option<PayloadType>),
        clock: ClockRate,
        rng: &mut ChaCha12Rng,
    ) -> Self {
        Self {
            ssrc: Ssrc(rng.random_range(1..=u32::MAX)),
            rtx_ssrc: payload_types.1.map(|_| Ssrc(rng.random_range(1..=u32::MAX))),
            payload_types,
            names,
            clock,
            next: ExtSeqNo::starting_at(SeqNo(rng.random_range(0..0x8000))),
            next_rtx: ExtSeqNo::starting_at(SeqNo(rng.random_range(0..0x8000))),
            base: RtpTimestamp(rng.random()),
            packets: 0,
            octets: 0,
            history: VecDeque::new(),
            is_bound: false,
            resent: 0,
            nacked_once: 0,
            nacked_early: 0,
        }
    }

    /// Its encoding's name, if it has one.
    pub(super) const fn rid(&self) -> Option<Rid> {
        self.names.rid
    }

    /// The media time of a moment.
    pub(super) fn timestamp(&self, wall: &WallClock, at: Instant) -> RtpTimestamp {
        self.base.plus(self.clock.ticks(at.saturating_duration_since(wall.anchor)))
    }

    /// Sends one packet.
    pub(super) fn send(
        &mut self,
        now: Instant,
        timestamp: RtpTimestamp,
        marker: bool,
        extension: Option<(Extension, Vec<u8>)>,
        payload: Vec<u8>,
        egress: &mut Egress,
    ) {
        let index = self.next;
        self.next = index.plus(1);
        let header = self.header(index, timestamp, marker);
        let Names { mid, rid } = self.names;
        let own = extension.as_ref().map(|(extension, data)| (*extension, &data[..]));
        let mut extensions: Vec<(Extension, &[u8])> = own.into_iter().collect();
        if !self.is_bound {
            extensions.push((Extension::Mid, mid.as_bytes()));
            extensions.extend(rid.as_ref().map(|rid| (Extension::Rid, rid.as_bytes())));
        }
        egress.send(index, &header, &extensions, [&payload, &[]]);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload.len() as u32);
        let (seq, at) = (index.on_wire(), now);
        self.remember(Sent { seq, timestamp, marker, extension, payload, at, resent: None });
    }

    const fn header(&self, index: ExtSeqNo, timestamp: RtpTimestamp, marker: bool) -> RtpHeader {
        RtpHeader {
            marker,
            padding: false,
            payload_type: self.payload_types.0,
            seq: index.on_wire(),
            timestamp,
            ssrc: self.ssrc,
        }
    }

    fn remember(&mut self, sent: Sent) {
        let now = sent.at;
        self.history.push_back(sent);
        while self.history.front().is_some_and(|oldest| oldest.at + HISTORY < now) {
            self.history.pop_front();
        }
    }

    /// Sends a packet again on the stream of retransmissions, unless that was done within `rtt`.
    pub(super) fn resend(&mut self, now: Instant, seq: SeqNo, rtt: Duration, egress: &mut Egress) {
        let (Some(ssrc), Some(payload_type)) = (self.rtx_ssrc, self.payload_types.1) else { return };
        let Some(sent) = self.history.iter_mut().rev().find(|sent| sent.seq == seq) else { return };
        if sent.resent.is_some_and(|at| now < at + rtt) {
            self.nacked_early += 1;
            return;
        }
        self.nacked_once += u64::from(sent.resent.is_none());
        sent.resent = Some(now);
        let index = self.next_rtx;
        self.next_rtx = index.plus(1);
        self.resent += 1;
        let header = RtpHeader {
            marker: sent.marker,
            padding: false,
            payload_type,
            seq: index.on_wire(),
            timestamp: sent.timestamp,
            ssrc,
        };
        let mut osn = [0; rtx::OSN_LEN];
        rtx::write_osn(seq, &mut osn).expect("the room is its length");
        let Names { mid, rid } = self.names;
        let mut extensions: Vec<(Extension, &[u8])> = vec![(Extension::Mid, mid.as_bytes())];
        extensions.extend(rid.as_ref().map(|rid| (Extension::RepairedRid, rid.as_bytes())));
        extensions.extend(sent.extension.as_ref().map(|(extension, data)| (*extension, &data[..])));
        egress.send(index, &header, &extensions, [&osn, &sent.payload]);
    }

    /// The server reported on this stream.
    pub(super) const fn on_reported(&mut self) {
        self.is_bound = true;
    }

    /// What a sender report says now; nothing before the first packet.
    pub(super) fn report(&self, wall: &WallClock, now: Instant) -> Option<SenderInfo> {
        (self.packets > 0).then(|| SenderInfo {
            ssrc: self.ssrc,
            ntp: wall.ntp(now),
            rtp: self.timestamp(wall, now),
            packets: self.packets,
            octets: self.octets,
        })
    }
}
