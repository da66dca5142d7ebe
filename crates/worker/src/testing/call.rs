//! A call: one publisher with a microphone and a camera, and everybody who watches it.

use std::collections::BTreeMap;

use switchyard_bus::command::{Command, Subscribe};
use switchyard_vocab::codec::Codec;
use switchyard_vocab::demand::Preference;
use switchyard_vocab::ids::{PublicationId, SubscriptionId, WorkerId};
use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::negotiated::{Receiving, SendSection};
use switchyard_vocab::rtp::{RtpTimestamp, Ssrc};
use switchyard_vocab::wall_clock::NtpTime;
use switchyard_wire::payload::vp8::Descriptor;
use switchyard_wire::rtcp::SenderInfo;
use switchyard_wire::rtp::RtpPacket;
use switchyard_wire::rtp::extension::KnownExtensions;

use super::World;
use super::client::Client;
use super::source::{
    RIDS, Source, publisher_extensions, receive_section, send_section, subscriber_extensions,
};

/// Milliseconds between two packets of sound.
const SOUND_EVERY: u64 = 20;
/// … and between two pictures.
const PICTURE_EVERY: u64 = 30;
/// … and between two sender reports.
const REPORT_EVERY: u64 = 1_000;
/// Packets of one picture.
pub(crate) const PACKETS_PER_PICTURE: usize = 2;

pub(crate) struct Call {
    pub(crate) world: World,
    pub(crate) publisher: usize,
    pub(crate) audio: Source,
    pub(crate) video: Vec<Source>,
    /// How many of the layers are being sent, from the smallest.
    pub(crate) layers: usize,
    /// Keyframes are not made, whoever asks.
    pub(crate) is_stubborn: bool,
    home: usize,
    elapsed: u64,
    plis_served: usize,
}

/// Somebody who gets both tracks.
#[derive(Clone, Debug)]
pub(crate) struct Viewer {
    pub(crate) client: usize,
    pub(crate) audio: SendSection,
    pub(crate) video: SendSection,
}

/// A packet as a subscriber reads it.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) bytes: Vec<u8>,
    pub(crate) seq: u16,
    pub(crate) payload_type: u8,
    pub(crate) timestamp: u32,
    pub(crate) known: KnownExtensions<'static>,
    pub(crate) payload: Vec<u8>,
}

impl Got {
    /// Size of the picture, if a keyframe starts here.
    pub(crate) fn keyframe_width(&self) -> Option<u16> {
        let descriptor = Descriptor::parse(&self.payload).ok()?;
        let frame = &self.payload[descriptor.len..];
        descriptor.is_keyframe_start(&self.payload).then(|| u16::from_le_bytes([frame[6], frame[7]]))
    }

    fn picture(&self) -> u16 {
        let descriptor = Descriptor::parse(&self.payload).expect("VP8");
        descriptor.picture_id.expect("a picture id").value()
    }
}

impl Call {
    /// A publisher on worker 0 of so many; nobody watches yet.
    pub(crate) fn on(workers: u8) -> Self {
        Self::in_world(World::of(workers))
    }

    pub(crate) fn in_world(mut world: World) -> Self {
        let publisher = world.open(0);
        let [audio, video] = [world.fresh(), world.fresh()].map(PublicationId);
        let mut call = Self {
            audio: Source::audio(audio, 1_000),
            video: (0..3).map(|layer| Source::video(video, layer, 2_000 + layer as u32)).collect(),
            world,
            publisher,
            layers: 3,
            is_stubborn: false,
            home: 0,
            elapsed: 0,
            plis_served: 0,
        };
        call.publish();
        call
    }

    /// Announces what is sent.
    pub(crate) fn publish(&mut self) {
        let sections = vec![
            receive_section(self.audio.publication, Codec::Opus, &[]),
            receive_section(self.video[0].publication, Codec::Vp8, &RIDS),
        ];
        self.receive(Receiving { extensions: publisher_extensions(), sections });
    }

    pub(crate) fn receive(&mut self, receiving: Receiving) {
        let peer = self.publisher().id;
        self.world.command(self.home, Command::Receive { peer, receiving });
        self.world.settle();
    }

    pub(crate) fn publisher(&mut self) -> &mut Client {
        &mut self.world.clients[self.publisher]
    }

    pub(crate) fn client(&mut self, viewer: &Viewer) -> &mut Client {
        &mut self.world.clients[viewer.client]
    }

    /// Somebody joins and gets both tracks.
    pub(crate) fn join(&mut self, worker: usize) -> Viewer {
        let client = self.world.open(worker);
        self.watch(worker, client)
    }

    pub(crate) fn watch(&mut self, worker: usize, client: usize) -> Viewer {
        let (audio, video) = (self.audio.publication, self.video[0].publication);
        Viewer {
            client,
            audio: self.subscribe(worker, client, audio, Codec::Opus, false),
            video: self.subscribe(worker, client, video, Codec::Vp8, true),
        }
    }

    pub(crate) fn subscribe(
        &mut self,
        worker: usize,
        client: usize,
        publication: PublicationId,
        codec: Codec,
        rtx: bool,
    ) -> SendSection {
        let section = send_section(SubscriptionId(self.world.fresh()), codec, rtx);
        let subscribe = Subscribe {
            peer: self.world.clients[client].id,
            publication,
            home: WorkerId(self.home as u8),
            section: section.clone(),
            preference: Preference::default(),
            cname: "publisher".into(),
        };
        self.world.command(worker, Command::Subscribe(Box::new(subscribe)));
        self.world.settle();
        section
    }

    pub(crate) fn prefer(&mut self, worker: usize, section: &SendSection, layer: u8) {
        let preference = Preference { max_layer: SpatialLayer(layer), paused: false };
        let command = Command::Prefer { subscription: section.subscription, preference };
        self.world.command(worker, command);
        self.world.settle();
    }

    pub(crate) fn unsubscribe(&mut self, worker: usize, section: &SendSection) {
        self.world.command(worker, Command::Unsubscribe { subscription: section.subscription });
        self.world.settle();
    }

    /// Lets the publisher talk for a while; whole steps of 10 ms.
    pub(crate) fn run(&mut self, milliseconds: u64) {
        for _ in 0..milliseconds / 10 {
            self.step();
            self.world.run(10);
            self.elapsed += 10;
        }
    }

    /// What is due at this moment.
    pub(crate) fn step(&mut self) {
        let publisher = &mut self.world.clients[self.publisher];
        if self.elapsed.is_multiple_of(SOUND_EVERY) {
            publisher.send_rtp(&self.audio.sound());
        }
        if self.elapsed.is_multiple_of(PICTURE_EVERY) {
            let plis = publisher.plis().len();
            let keyframe = !self.is_stubborn && plis > self.plis_served || self.video[0].frames == 0;
            self.plis_served = plis;
            for source in self.video.iter_mut().take(self.layers) {
                for packet in source.frame(keyframe, PACKETS_PER_PICTURE) {
                    publisher.send_rtp(&packet);
                }
            }
        }
        if self.elapsed.is_multiple_of(REPORT_EVERY) {
            let sources = std::iter::once(&self.audio).chain(&self.video);
            publisher.report(|out| {
                for source in sources {
                    let ntp = NtpTime((3_900_000_000 << 32) + (self.elapsed << 32) / 1_000);
                    let (ssrc, rtp) = (Ssrc(source.ssrc), RtpTimestamp(source.timestamp));
                    let info = SenderInfo { ssrc, ntp, rtp, packets: 1, octets: 1 };
                    out.sender_report(&info, &[]).expect("room");
                }
            });
        }
    }

    /// What came on one stream.
    pub(crate) fn stream(&self, client: usize, ssrc: Option<Ssrc>) -> Vec<Got> {
        let map = subscriber_extensions();
        let packets = self.world.clients[client].rtp.iter().map(|bytes| (bytes, RtpPacket::parse(bytes)));
        let packets = packets.map(|(bytes, packet)| (bytes, packet.expect("good RTP")));
        let wanted = packets.filter(|(_, packet)| Some(packet.ssrc()) == ssrc);
        let read = |(bytes, packet): (&Vec<u8>, RtpPacket<'_>)| Got {
            bytes: bytes.clone(),
            seq: packet.seq().0,
            payload_type: packet.payload_type().0,
            timestamp: packet.timestamp().0,
            known: owned(&KnownExtensions::read(&packet, &map)),
            payload: packet.payload().to_vec(),
        };
        wanted.map(read).collect()
    }

    pub(crate) fn heard(&self, viewer: &Viewer) -> Vec<Got> {
        self.stream(viewer.client, Some(viewer.audio.ssrc))
    }

    pub(crate) fn seen(&self, viewer: &Viewer) -> Vec<Got> {
        self.stream(viewer.client, Some(viewer.video.ssrc))
    }

    /// Width of the picture that this viewer sees.
    pub(crate) fn last_width(&self, viewer: &Viewer) -> Option<u16> {
        self.seen(viewer).iter().rev().find_map(Got::keyframe_width)
    }

    /// Transport-wide numbers in the order of arrival, over all streams.
    pub(crate) fn transport_numbers(&self, client: usize) -> Vec<u16> {
        let map = subscriber_extensions();
        let packets = self.world.clients[client].rtp.iter().map(|bytes| RtpPacket::parse(bytes));
        let known = packets.map(|packet| KnownExtensions::read(&packet.expect("good RTP"), &map));
        known.map(|known| known.transport_seq.expect("every packet is numbered").0).collect()
    }

    /// Everything was sent on to this viewer since its first packet, once, in order, and nothing of
    /// it was lost, doubled or mixed up.
    pub(crate) fn assert_unharmed(&self, viewer: &Viewer) {
        let client = &self.world.clients[viewer.client];
        assert_eq!(client.undecryptable, 0);
        assert_consecutive(&self.transport_numbers(viewer.client));

        let heard = self.heard(viewer);
        assert_consecutive(&heard.iter().map(|got| got.seq).collect::<Vec<_>>());
        let sound = |got: &Got| u64::from_be_bytes(got.payload[1..9].try_into().expect("eight bytes"));
        let sounds: Vec<_> = heard.iter().map(sound).collect();
        assert!(sounds.windows(2).all(|pair| pair[1] == pair[0] + 1), "{sounds:?}");
        assert_eq!(sounds.last(), Some(&self.audio.frames));

        let seen = self.seen(viewer);
        assert_consecutive(&seen.iter().map(|got| got.seq).collect::<Vec<_>>());
        let mut pictures = BTreeMap::<u16, usize>::new();
        seen.iter().for_each(|got| *pictures.entry(got.picture()).or_default() += 1);
        assert!(pictures.values().all(|&packets| packets == PACKETS_PER_PICTURE), "{pictures:?}");
        let first = seen.first().expect("a picture");
        assert!(first.keyframe_width().is_some(), "the first picture is a keyframe");
        assert_consecutive(&pictures.into_keys().collect::<Vec<_>>());
    }
}

/// What can be kept when the packet is gone; nothing that points into it is offered to subscribers.
fn owned(known: &KnownExtensions<'_>) -> KnownExtensions<'static> {
    KnownExtensions {
        mid: known.mid,
        rid: known.rid,
        repaired_rid: known.repaired_rid,
        transport_seq: known.transport_seq,
        abs_send_time: known.abs_send_time,
        audio_level: known.audio_level,
        orientation: known.orientation,
        ..KnownExtensions::default()
    }
}

/// Each number follows the one before it.
#[track_caller]
pub(crate) fn assert_consecutive(numbers: &[u16]) {
    for pair in numbers.windows(2) {
        assert_eq!(pair[1], pair[0].wrapping_add(1), "after {} came {}: {numbers:?}", pair[0], pair[1]);
    }
}
