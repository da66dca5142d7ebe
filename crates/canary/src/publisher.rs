//! Tracks we publish: made of a pattern, sent in time.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use bytes::Bytes;
use rtc::media_stream::MediaStreamTrack;
use rtc::rtp::extension::HeaderExtension;
use rtc::rtp::extension::audio_level_extension::AudioLevelExtension;
use rtc::rtp::{Header, Packet};
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodingParameters, RTCRtpEncodingParameters, RTCRtpRtxParameters, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::shared::error::Result as RtcResult;
use rtc::shared::marshal::{Marshal, MarshalSize};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_local::{TrackLocal, TrackLocalEvent};
use webrtc::rtp_transceiver::RtpTransceiver;

use crate::keyframe_requests;
use crate::pattern::{Audio, Pattern, Video};
use crate::peer::{OPUS, Peer, Shared, VP8, codec};

/// The extension that tells m-lines apart (RFC 8843 §15). The library leaves it to us.
pub(crate) const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";

/// SSRCs we publish under. Constant, so that two runs look alike in a packet capture.
const AUDIO_SSRC: u32 = 0x0a0d_1000;
const VIDEO_SSRC: u32 = 0x01de_0000;

/// A track together with the m-line it is sent on.
pub(crate) struct Published {
    track: Arc<TrackLocalStaticRTP>,
    transceiver: Arc<dyn RtpTransceiver>,
    kind: RtpCodecKind,
}

impl Published {
    /// Adds a track to a connection. It appears in the next offer.
    pub(crate) async fn add(peer: &Peer, kind: RtpCodecKind) -> Result<Self> {
        let (ssrc, rtx) = match kind {
            RtpCodecKind::Audio => (AUDIO_SSRC, None),
            _ => (VIDEO_SSRC, Some(RTCRtpRtxParameters { ssrc: VIDEO_SSRC + 1 })),
        };
        let coding = RTCRtpCodingParameters { ssrc: Some(ssrc), rtx, ..Default::default() };
        let encoding = RTCRtpEncodingParameters {
            rtp_coding_parameters: coding,
            codec: codec(kind),
            ..Default::default()
        };
        let track =
            MediaStreamTrack::new("canary".into(), kind.to_string(), kind.to_string(), kind, vec![encoding]);
        let track = Arc::new(TrackLocalStaticRTP::new(track));
        let init =
            RTCRtpTransceiverInit { direction: RTCRtpTransceiverDirection::Sendonly, ..Default::default() };
        let sender = Arc::clone(&track) as Arc<dyn TrackLocal>;
        let transceiver = peer.connection().add_transceiver_from_track(sender, Some(init)).await?;
        Ok(Self { track, transceiver, kind })
    }

    /// The m-line's name, known once there is an offer.
    pub(crate) async fn mid(&self) -> Result<String> {
        self.transceiver.mid().await?.context("the track has no m-line yet")
    }

    /// Where the media pretends to come from, in the dialect's words.
    pub(crate) fn source(&self) -> &'static str {
        if self.kind == RtpCodecKind::Audio { "microphone" } else { "camera" }
    }

    /// Sends the pattern until the connection ends or the task is aborted.
    pub(crate) async fn start(&self, pattern: Pattern, shared: Shared) -> Result<JoinHandle<()>> {
        let stream = Stream { track: Arc::clone(&self.track), mid: self.mid().await?, sequence: 0, shared };
        Ok(match self.kind {
            RtpCodecKind::Audio => tokio::spawn(send_audio(stream)),
            _ => tokio::spawn(send_video(stream, pattern)),
        })
    }
}

/// Where packets go, and the numbers they get.
struct Stream {
    track: Arc<TrackLocalStaticRTP>,
    mid: String,
    sequence: u16,
    shared: Shared,
}

impl Stream {
    /// Sends one packet. An error means that the connection is not open yet, or not any more.
    async fn send(&mut self, mut header: Header, payload: Bytes, level: Option<u8>) {
        header.version = 2;
        header.sequence_number = self.sequence;
        self.sequence = self.sequence.wrapping_add(1);
        let mid =
            HeaderExtension::Custom { uri: Cow::Borrowed(MID), extension: Box::new(Text(self.mid.clone())) };
        let level =
            level.map(|level| HeaderExtension::AudioLevel(AudioLevelExtension { level, voice: true }));
        let extensions: Vec<HeaderExtension> = [Some(mid), level].into_iter().flatten().collect();

        match self.track.write_rtp_with_extensions(Packet { header, payload }, &extensions).await {
            Ok(()) => self.shared.with(|report| report.sent += 1),
            Err(error) => tracing::trace!(%error, "packet not sent"),
        }
    }
}

async fn send_audio(mut stream: Stream) {
    let (mut audio, mut timestamp) = (Audio::default(), 0u32);
    let mut ticks = interval(Audio::PACKET_TIME);
    loop {
        ticks.tick().await;
        let header = Header { payload_type: OPUS, ssrc: AUDIO_SSRC, timestamp, ..Default::default() };
        stream.send(header, audio.next_packet(), Some(30)).await;
        timestamp = timestamp.wrapping_add(960);
    }
}

async fn send_video(mut stream: Stream, pattern: Pattern) {
    let wanted = Arc::new(AtomicBool::new(true));
    tokio::spawn(listen(Arc::clone(&stream.track), Arc::clone(&wanted), stream.shared.clone()));

    let (mut video, mut timestamp) = (Video::new(pattern), 0u32);
    let mut ticks = interval(pattern.frame_time());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let payloads = video.next_frame(wanted.swap(false, Ordering::Relaxed));
        let last = payloads.len() - 1;
        for (index, payload) in payloads.into_iter().enumerate() {
            let marker = index == last;
            let header =
                Header { payload_type: VP8, ssrc: VIDEO_SSRC, timestamp, marker, ..Default::default() };
            stream.send(header, payload, None).await;
        }
        timestamp = timestamp.wrapping_add(90_000 / pattern.frame_rate.max(1));
    }
}

/// Hears requests for keyframes.
async fn listen(track: Arc<TrackLocalStaticRTP>, wanted: Arc<AtomicBool>, shared: Shared) {
    while let Some(event) = track.poll().await {
        let TrackLocalEvent::OnRtcpPacket(packets) = event else { continue };
        let asked = keyframe_requests::count(&packets);
        if asked > 0 {
            wanted.store(true, Ordering::Relaxed);
            shared.with(|report| report.keyframe_requests += asked as u64);
        }
    }
}

/// A header extension that is plain text.
struct Text(String);

impl MarshalSize for Text {
    fn marshal_size(&self) -> usize {
        self.0.len()
    }
}

impl Marshal for Text {
    fn marshal_to(&self, buffer: &mut [u8]) -> RtcResult<usize> {
        let room = buffer.get_mut(..self.0.len()).ok_or(rtc::shared::error::Error::ErrBufferShort)?;
        room.copy_from_slice(self.0.as_bytes());
        Ok(self.0.len())
    }
}
