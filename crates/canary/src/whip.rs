//! A participant by WHIP (RFC 9725) or WHEP: one request, and media.

use anyhow::{Context, Result, ensure};
use hyper::header::{ETAG, LOCATION};
use hyper::{Method, StatusCode, Uri};
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;

use crate::home::Home;
use crate::http::{self, Answer};
use crate::options::{address_towards, percent_encoded};
use crate::pattern::Pattern;
use crate::peer::{Direction, Peer, Shared};
use crate::publisher::Published;
use crate::report::{End, Report};
use crate::tasks::Tasks;

/// The type of offers and answers.
const SDP: &str = "application/sdp";

/// Somebody who publishes by WHIP, or watches by WHEP.
pub struct WhipCanary {
    shared: Shared,
    peer: Peer,
    resource: Uri,
    token: Option<String>,
    tasks: Tasks,
}

impl WhipCanary {
    /// Publishes sound, and video unless the pattern's bitrate is 0, at a WHIP endpoint.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached, refuses, or answers what cannot be used.
    pub async fn publish(url: &str, token: Option<&str>, pattern: Pattern) -> Result<Self> {
        let shared = Shared::new();
        let peer =
            Peer::new(shared.clone(), Direction::Publish, Home::new(address_towards(url).await?)).await?;
        let mut published = vec![Published::add(&peer, RtpCodecKind::Audio).await?];
        if pattern.video_bitrate > 0 {
            published.push(Published::add(&peer, RtpCodecKind::Video).await?);
        }
        let mut canary = Self::open(shared, peer, url, token).await?;
        for track in &published {
            canary.tasks.push(track.start(pattern, canary.shared.clone()).await?);
        }
        Ok(canary)
    }

    /// Watches at a WHEP endpoint.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached, refuses, or answers what cannot be used.
    pub async fn watch(url: &str, token: Option<&str>) -> Result<Self> {
        let shared = Shared::new();
        let peer =
            Peer::new(shared.clone(), Direction::Subscribe, Home::new(address_towards(url).await?)).await?;
        peer.receive().await?;
        Self::open(shared, peer, url, token).await
    }

    async fn open(shared: Shared, mut peer: Peer, url: &str, token: Option<&str>) -> Result<Self> {
        let url: Uri = url.parse().context("the URL cannot be read")?;
        let offer = peer.offer().await?;
        let answer = http::ask(Method::POST, &url, token, Some((SDP, offer))).await?;
        ensure!(
            answer.status == StatusCode::CREATED,
            "the server refused: {}, {}",
            answer.status,
            answer.body
        );
        let resource = resource(&url, &answer)?;
        ensure!(answer.headers.contains_key(ETAG), "the answer has no ETag");
        shared.note(|timings| &mut timings.joined_ms);
        peer.handle_answer(answer.body).await?;
        Ok(Self { shared, peer, resource, token: token.map(str::to_owned), tasks: Tasks::default() })
    }

    /// The URL of the session that was made.
    pub const fn resource(&self) -> &Uri {
        &self.resource
    }

    /// What was seen up to now.
    pub fn report(&self) -> Report {
        self.shared.report()
    }

    /// Waits until the connection is lost, and says why.
    pub async fn ended(&self) -> End {
        self.shared.ended().await
    }

    /// Deletes the session. What was seen until then is returned.
    ///
    /// # Errors
    ///
    /// When the server does not let it be deleted.
    pub async fn leave(self) -> Result<Report> {
        let report = self.report();
        let answer = http::ask(Method::DELETE, &self.resource, self.token.as_deref(), None).await;
        self.peer.close().await;
        let Answer { status, body, .. } = answer?;
        ensure!(status == StatusCode::OK, "the session could not be deleted: {status}, {body}");
        Ok(report)
    }
}

/// The URL of an endpoint: `path` below the server's, and the name to enter under where no token says it.
pub fn endpoint(server: &str, path: &[&str], identity: Option<&str>) -> String {
    let mut url = server.trim_end_matches('/').to_owned();
    for part in path {
        url.push('/');
        url.extend(part.bytes().map(percent_encoded));
    }
    if let Some(identity) = identity {
        url.push_str("?identity=");
        url.extend(identity.bytes().map(percent_encoded));
    }
    url
}

/// The URL in `Location`, which may be a path alone.
fn resource(url: &Uri, answer: &Answer) -> Result<Uri> {
    let location = answer.headers.get(LOCATION).context("the answer has no Location")?.to_str()?;
    if !location.starts_with('/') {
        return location.parse().context("the answer's Location cannot be read");
    }
    let authority = url.authority().context("the URL names no host")?;
    format!("http://{authority}{location}").parse().context("the answer's Location cannot be read")
}

#[cfg(test)]
mod tests;
