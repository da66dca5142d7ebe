//! One WebRTC connection, as the `webrtc` crate makes it.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context, Result};
use async_trait::async_trait;
use rtc::interceptor::Slot;
use rtc::peer_connection::configuration::RTCOfferOptions;
use rtc::peer_connection::configuration::interceptor_registry::{
    Registry, configure_nack, configure_rtcp_reports, configure_simulcast_extension_headers, configure_twcc,
};
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_OPUS, MIME_TYPE_RTX, MIME_TYPE_VP8, MediaEngine,
};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use tokio::sync::watch;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceGatheringState,
    RTCPeerConnectionState, RTCSessionDescription,
};

use crate::home::Home;
use crate::keyframe_requests::KeyframeRequests;
use crate::report::{End, Report, Timings};

/// The payload types we offer.
pub(crate) const VP8: u8 = 96;
const VP8_RTX: u8 = 97;
/// The payload type of sound.
pub(crate) const OPUS: u8 = 111;

/// The audio level extension (RFC 6464).
const AUDIO_LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

/// What every part of a canary writes into.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) began: Instant,
    pub(crate) report: Arc<Mutex<Report>>,
    pub(crate) ended: watch::Sender<Option<End>>,
}

impl Shared {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), report: Arc::default(), ended: watch::Sender::new(None) }
    }

    /// Changes the report.
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Report) -> T) -> T {
        change(&mut self.report.lock().expect("nobody panics while holding the report"))
    }

    /// Notes when something happened for the first time.
    pub(crate) fn note(&self, which: impl FnOnce(&mut Timings) -> &mut Option<u64>) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.with(|report| {
            which(&mut report.timings).get_or_insert(now);
        });
    }

    /// What was seen up to now.
    pub(crate) fn report(&self) -> Report {
        self.with(|report| report.clone())
    }

    /// Waits until it is over, and says why.
    pub(crate) async fn ended(&self) -> End {
        let mut ended = self.ended.subscribe();
        let end = ended.wait_for(Option::is_some).await.map(|end| end.clone());
        end.ok().flatten().unwrap_or(End::SignallingLost)
    }

    /// Says that it is over; the first reason stands.
    pub(crate) fn end(&self, reason: End) {
        self.ended.send_if_modified(|end| {
            let first = end.is_none();
            end.get_or_insert(reason);
            first
        });
    }
}

/// Which of a session's two connections.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Direction {
    Publish,
    Subscribe,
}

/// One connection.
pub(crate) struct Peer {
    connection: Arc<dyn PeerConnection>,
    gathering: watch::Sender<bool>,
    gathered: watch::Receiver<bool>,
}

impl Peer {
    /// A connection that sends and receives where `home` is, and where it will be with the next restart of ICE.
    pub(crate) async fn new(shared: Shared, direction: Direction, home: Home) -> Result<Self> {
        let mut media = codecs()?;
        let registry = configure_nack(Registry::new(), &mut media);
        configure_simulcast_extension_headers(&mut media)?;
        let registry = configure_rtcp_reports(configure_twcc(registry, &mut media)?);
        // Behind every interceptor of the library.
        let registry = registry.with(Slot::from(14_000), KeyframeRequests::default());

        let settings =
            SettingEngineBuilder::new().with_discard_local_candidates_during_ice_restart(true).build();
        let (gathering, gathered) = watch::channel(false);
        let handler = Handler { shared, direction, gathering: gathering.clone() };
        let connection = PeerConnectionBuilder::new()
            .with_media_engine(media)
            .with_interceptor_registry(registry)
            .with_setting_engine(settings)
            .with_handler(Arc::new(handler))
            .with_udp_addrs(vec![home])
            .build()
            .await
            .context("the connection could not be made")?;
        Ok(Self { connection: Arc::new(connection), gathering, gathered })
    }

    /// The library's handle.
    pub(crate) fn connection(&self) -> &Arc<dyn PeerConnection> {
        &self.connection
    }

    /// Adds m-lines on which we receive sound and video. They appear in the next offer.
    pub(crate) async fn receive(&self) -> Result<()> {
        for kind in [RtpCodecKind::Audio, RtpCodecKind::Video] {
            let init = RTCRtpTransceiverInit {
                direction: RTCRtpTransceiverDirection::Recvonly,
                ..Default::default()
            };
            self.connection.add_transceiver_from_kind(kind, Some(init)).await?;
        }
        Ok(())
    }

    /// Our offer, with our candidates.
    pub(crate) async fn offer(&mut self) -> Result<String> {
        let offer = self.connection.create_offer(None).await.context("no offer could be made")?;
        self.connection.set_local_description(offer).await?;
        self.gathered_description().await
    }

    /// An offer of other credentials, with the candidates of where we are now.
    pub(crate) async fn restart(&mut self) -> Result<String> {
        let options = RTCOfferOptions { ice_restart: true };
        let offer = self.connection.create_offer(Some(options)).await.context("no offer could be made")?;
        self.gathering.send_replace(false);
        self.connection.set_local_description(offer).await?;
        self.gathered_description().await
    }

    /// Takes the server's answer.
    pub(crate) async fn handle_answer(&self, sdp: String) -> Result<()> {
        let answer = RTCSessionDescription::answer(sdp).context("the server's answer cannot be read")?;
        self.connection.set_remote_description(answer).await.context("the server's answer cannot be used")
    }

    /// Takes the server's offer and returns our answer.
    pub(crate) async fn answer(&mut self, sdp: String) -> Result<String> {
        let offer = RTCSessionDescription::offer(sdp).context("the server's offer cannot be read")?;
        self.connection.set_remote_description(offer).await.context("the server's offer cannot be used")?;
        let answer = self.connection.create_answer(None).await.context("no answer could be made")?;
        self.connection.set_local_description(answer).await?;
        self.gathered_description().await
    }

    /// The local description once it holds all candidates.
    async fn gathered_description(&mut self) -> Result<String> {
        self.gathered.wait_for(|done| *done).await.context("the connection is gone")?;
        let description =
            self.connection.local_description().await.context("there is no local description")?;
        Ok(description.sdp)
    }

    pub(crate) async fn close(&self) {
        if let Err(error) = self.connection.close().await {
            tracing::debug!(%error, "closing a connection");
        }
    }
}

/// VP8 with retransmissions, and Opus.
fn codecs() -> Result<MediaEngine> {
    let mut media = MediaEngine::default();
    let video = |mime: &str, fmtp: &str, payload_type| RTCRtpCodecParameters {
        rtp_codec: vp8(mime, fmtp),
        payload_type,
    };
    media.register_codec(video(MIME_TYPE_VP8, "", VP8), RtpCodecKind::Video)?;
    media.register_codec(video(MIME_TYPE_RTX, "apt=96", VP8_RTX), RtpCodecKind::Video)?;
    let audio = RTCRtpCodecParameters { rtp_codec: opus(), payload_type: OPUS };
    media.register_codec(audio, RtpCodecKind::Audio)?;
    let level = RTCRtpHeaderExtensionCapability { uri: AUDIO_LEVEL.to_owned() };
    media.register_header_extension(level, RtpCodecKind::Audio, None)?;
    let mid = RTCRtpHeaderExtensionCapability { uri: crate::publisher::MID.to_owned() };
    media.register_header_extension(mid, RtpCodecKind::Audio, None)?;
    Ok(media)
}

fn vp8(mime: &str, fmtp: &str) -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: mime.to_owned(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: fmtp.to_owned(),
        rtcp_feedback: Vec::new(),
    }
}

/// The codec of a track that we publish.
pub(crate) fn codec(kind: RtpCodecKind) -> RTCRtpCodec {
    if kind == RtpCodecKind::Audio { opus() } else { vp8(MIME_TYPE_VP8, "") }
}

fn opus() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: MIME_TYPE_OPUS.to_owned(),
        clock_rate: 48_000,
        channels: 2,
        sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
        rtcp_feedback: Vec::new(),
    }
}

/// What the library calls.
struct Handler {
    shared: Shared,
    direction: Direction,
    gathering: watch::Sender<bool>,
}

#[async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathering.send_replace(true);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        tracing::debug!(direction = ?self.direction, %state, "connection");
        match (state, self.direction) {
            (RTCPeerConnectionState::Connected, Direction::Publish) => {
                self.shared.note(|timings| &mut timings.publish_open_ms);
            }
            (RTCPeerConnectionState::Connected, Direction::Subscribe) => {
                self.shared.note(|timings| &mut timings.subscribe_open_ms);
            }
            (RTCPeerConnectionState::Failed, Direction::Publish) => {
                self.shared.end(End::MediaLost("publish connection failed".into()));
            }
            (RTCPeerConnectionState::Failed, Direction::Subscribe) => {
                self.shared.end(End::MediaLost("subscribe connection failed".into()));
            }
            _ => {}
        }
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        tokio::spawn(read(track, self.shared.clone()));
    }
}

/// Enters everything that arrives on a track into the ledger.
async fn read(track: Arc<dyn TrackRemote>, shared: Shared) {
    let kind = if track.kind().await == RtpCodecKind::Audio { "audio" } else { "video" };
    while let Some(event) = track.poll().await {
        match event {
            TrackRemoteEvent::OnRtpPacket(packet) => {
                shared.note(|timings| &mut timings.first_packet_ms);
                let header = &packet.header;
                shared.with(|report| {
                    report.received.enter(kind, header.ssrc, header.sequence_number, &packet.payload);
                });
            }
            TrackRemoteEvent::OnEnded => break,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
