//! One resource from its offer to its end: a session whose signalling is HTTP.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use switchyard_control::intent::{Connection, Intent, Request, RequestId};
use switchyard_control::notice::{Addressed, ConnectionState, EndReason, Notice};
use switchyard_vocab::decision::LimitingFactor;
use switchyard_vocab::ids::{Identity, PublicationId};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tracing::{Instrument, debug, info, info_span};

use super::precondition::Precondition;
use super::problem::{refused, unanswered};
use super::resource_id::{ResourceId, random_tag};
use super::resources::Listed;
use super::routes::Whip;
use crate::app_state::AppState;
use crate::auth::Admission;
use crate::counters::ResourceCounters;
use crate::http_error::HttpError;
use crate::port::Seat;
use crate::rate_limit::TokenBucket;

mod waiting;

/// How long a client may take until its connection is open. Control gives up sooner on one that is silent.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long control may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Requests that may wait for one resource; their senders wait, too.
const MAX_WAITING_ASKS: usize = 8;
/// Fragments per second, and in a burst: a client sends one for each of its candidates.
const FRAGMENTS: (f64, f64) = (5.0, 50.0);

/// What a resource is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// Its client publishes.
    Publish,
    /// Its client receives what somebody publishes.
    Watch(Identity),
}

impl Role {
    /// Where what its dialect does is counted.
    pub(super) fn counters<'a>(&self, app: &'a AppState) -> &'a ResourceCounters {
        match self {
            Self::Publish => &app.counters.whip,
            Self::Watch(_) => &app.counters.whep,
        }
    }
}

/// What somebody who knows a resource asks of it.
#[derive(Debug)]
pub(super) enum Ask {
    /// Take a fragment.
    Patch { fragment: String, precondition: Precondition, reply: oneshot::Sender<Result<Patched, HttpError>> },
    /// End.
    Delete { reply: oneshot::Sender<()> },
}

/// What a fragment led to.
#[derive(Debug)]
pub(super) enum Patched {
    /// Nothing that has to be told.
    Trickled,
    /// New credentials of ours, for a new ICE session.
    Restarted { fragment: String, tag: String },
}

/// A resource that was made.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) id: ResourceId,
    pub(super) tag: String,
    pub(super) sdp: String,
}

/// A session of which somebody knows the URL.
pub(super) struct Resource {
    whip: Arc<Whip>,
    seat: Seat,
    ended: watch::Receiver<Option<EndReason>>,
    role: Role,
    tag: String,
    requests: u64,
    /// What it receives and has not ended.
    watched: Vec<PublicationId>,
    connected: bool,
    /// What is to be received comes in no codec of the client's, and its publisher was asked for another.
    lacking: BTreeSet<PublicationId>,
    fragments: TokenBucket,
}

/// It is over.
pub(super) enum Over {
    /// Control has ended it, or nobody could.
    Told,
    /// Control has to be told.
    Leave(&'static str),
    /// Control has to be told, and whoever opened it why.
    Refused(HttpError),
}

impl Resource {
    /// Joins, offers, and stays until it is over.
    pub(super) async fn open(
        whip: Arc<Whip>,
        (admission, place): (Admission, OwnedSemaphorePermit),
        role: Role,
        offer: String,
        opened: oneshot::Sender<Result<Opened, HttpError>>,
    ) {
        let seat = whip.app.port.sessions.open();
        // Not the identity: names of people don't belong in logs.
        let span = info_span!("session", session = %seat.id, room = %admission.room);
        let (id, tag) = match (ResourceId::random(), random_tag()) {
            (Ok(id), Ok(tag)) => (id, tag),
            (Err(error), _) | (_, Err(error)) => {
                // Whoever asked may have gone.
                let _ = opened.send(Err(error));
                return;
            }
        };
        let (rate, burst) = FRAGMENTS;
        let resource = Self {
            ended: seat.end(),
            fragments: TokenBucket::new(rate, burst, std::time::Instant::now()),
            whip,
            seat,
            role,
            tag,
            requests: 0,
            watched: Vec::new(),
            connected: false,
            lacking: BTreeSet::new(),
        };
        resource.run(id, &admission, offer, opened).instrument(span).await;
        drop(place);
    }

    async fn run(
        mut self,
        id: ResourceId,
        admission: &Admission,
        offer: String,
        mut opened: oneshot::Sender<Result<Opened, HttpError>>,
    ) {
        let over = tokio::select! {
            settled = self.settle(admission, offer) => settled,
            // Whoever asked has gone, and nobody else knows the URL.
            () = opened.closed() => Err(Over::Leave("given up")),
        };
        let sdp = match over {
            Ok(sdp) => sdp,
            Err(over) => {
                let is_told = matches!(over, Over::Told);
                let error = match over {
                    Over::Refused(error) => error,
                    Over::Told | Over::Leave(_) => unanswered(),
                };
                if !is_told {
                    self.leave().await;
                }
                // Whoever asked may have gone.
                let _ = opened.send(Err(error));
                return;
            }
        };

        let (asks, mut asked) = mpsc::channel(MAX_WAITING_ASKS);
        let listed = Listed::new(&self.whip, &self.role, id.clone(), asks);
        info!(watches = matches!(self.role, Role::Watch(_)), "opened");
        let mut deleted = None;
        let over = match opened.send(Ok(Opened { id, tag: self.tag.clone(), sdp })) {
            Ok(()) => self.stay(&mut asked, &mut deleted).await,
            Err(_) => Over::Leave("given up"),
        };
        drop(listed);
        if let Over::Leave(why) = over {
            self.leave().await;
            debug!(why, "left");
        }
        if let Some(reply) = deleted {
            // Whoever asked may have gone.
            let _: Result<(), ()> = oneshot::Sender::send(reply, ());
        }
        info!("ended");
    }

    /// Joins the room and has the offer answered.
    async fn settle(&mut self, admission: &Admission, offer: String) -> Result<String, Over> {
        let join = admission.join(None, false);
        let joined = self.request(Intent::Join(join)).await?;
        let answered = match self.role.clone() {
            Role::Publish => self.request(Intent::Ingest { sdp: offer }).await?,
            Role::Watch(identity) => {
                self.wait_for(&identity, &joined).await?;
                self.watch(identity, offer).await?
            }
        };
        match answered {
            Notice::Answer { sdp, publications } => {
                let refusal = publications.iter().find_map(|one| one.outcome.as_ref().err());
                let refusal = refusal.map(|refusal| refused(refusal, Some("sdp")));
                self.watched = publications.into_iter().filter_map(|one| one.outcome.ok()).collect();
                match refusal {
                    // A session that carries nothing would be of use to nobody.
                    Some(refusal) if self.watched.is_empty() => Err(Over::Refused(refusal)),
                    _ => Ok(sdp),
                }
            }
            _ => Err(Over::Refused(unanswered())),
        }
    }

    /// Does what is asked until it is over.
    async fn stay(
        &mut self,
        asked: &mut mpsc::Receiver<Ask>,
        deleted: &mut Option<oneshot::Sender<()>>,
    ) -> Over {
        let until = Instant::now() + CONNECT_TIMEOUT;
        loop {
            let connected = self.connected;
            let ask = tokio::select! {
                notice = self.seat.notices.recv() => {
                    if let Err(over) = self.hear(notice).map(drop) {
                        return over;
                    }
                    continue;
                }
                ask = asked.recv() => ask,
                _ = Seat::ended(&mut self.ended) => return Over::Leave("ended from outside"),
                () = sleep_until(until), if !connected => return Over::Leave("not connected in time"),
            };
            match ask {
                // The sender of the last one is in the list, for as long as this runs.
                None => return Over::Leave("forgotten"),
                Some(Ask::Delete { reply }) => {
                    *deleted = Some(reply);
                    return Over::Leave("deleted");
                }
                Some(Ask::Patch { fragment, precondition, reply }) => {
                    let patched = match self.patch(fragment, &precondition).await {
                        Ok(patched) => Ok(patched),
                        Err(Over::Refused(error)) => Err(error),
                        Err(over) => return over,
                    };
                    // Whoever asked may have gone.
                    let _ = reply.send(patched);
                }
            }
        }
    }

    async fn patch(&mut self, fragment: String, precondition: &Precondition) -> Result<Patched, Over> {
        precondition.check(&self.tag).map_err(Over::Refused)?;
        if !self.fragments.take(std::time::Instant::now()) {
            let message = "too many fragments; wait a few seconds";
            let status = axum::http::StatusCode::TOO_MANY_REQUESTS;
            return Err(Over::Refused(HttpError::new(status, "rate_limited", message).retry_after(5)));
        }
        let connection = match self.role {
            Role::Publish => Connection::Publish,
            Role::Watch(_) => Connection::Subscribe,
        };
        let may_restart = precondition.may_restart();
        match self.request(Intent::Fragment { connection, fragment, may_restart }).await? {
            Notice::Answer { sdp, .. } => {
                self.tag = random_tag().map_err(Over::Refused)?;
                Ok(Patched::Restarted { fragment: sdp, tag: self.tag.clone() })
            }
            _ => Ok(Patched::Trickled),
        }
    }

    /// Asks control, and waits for what answers it.
    async fn request(&mut self, intent: Intent) -> Result<Notice, Over> {
        self.requests += 1;
        let id = RequestId(self.requests);
        let request = Request { session: self.seat.id, id: Some(id), intent };
        let asked = async {
            self.whip.app.port.requests.send(request).await.map_err(|_| Over::Told)?;
            loop {
                let notice = tokio::select! {
                    notice = self.seat.notices.recv() => notice,
                    _ = Seat::ended(&mut self.ended) => return Err(Over::Leave("ended from outside")),
                };
                if let Some(addressed) = self.hear(notice)?
                    && addressed.in_reply_to == Some(id)
                {
                    return match addressed.notice {
                        Notice::Refused(refusal) => Err(Over::Refused(refused(&refusal, addressed.at_fault))),
                        notice => Ok(notice),
                    };
                }
            }
        };
        timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(Over::Refused(unanswered())))
    }

    /// Takes note of what control tells.
    fn hear(&mut self, notice: Option<Addressed>) -> Result<Option<Addressed>, Over> {
        let Some(addressed) = notice else { return Err(Over::Told) };
        match &addressed.notice {
            last if last.end().is_some() => return Err(Over::Told),
            Notice::ConnectionChanged { state: ConnectionState::Open, .. } => self.connected = true,
            Notice::ConnectionChanged { state: ConnectionState::Ended(end), .. } => {
                debug!(end = end.as_str(), "the connection ended");
                return Err(Over::Leave("its connection ended"));
            }
            Notice::SubscriptionChanged { publication, decision } => {
                if decision.limited_by == LimitingFactor::CodecUnsupported {
                    self.lacking.insert(*publication);
                } else {
                    self.lacking.remove(publication);
                }
            }
            Notice::PublicationRemoved { publication, .. } => {
                self.lacking.remove(publication);
                self.forget(|one| one == *publication)?;
            }
            Notice::ParticipantLeft { identity } if self.role == Role::Watch(identity.clone()) => {
                self.lacking.clear();
                self.forget(|_| true)?;
            }
            _ => {}
        }
        Ok(Some(addressed))
    }

    /// Takes note that publications have ended. A viewer that has nothing left to see is better off with a
    /// new session, when there is something again.
    fn forget(&mut self, is_over: impl Fn(PublicationId) -> bool) -> Result<(), Over> {
        let before = self.watched.len();
        self.watched.retain(|&one| !is_over(one));
        if self.watched.is_empty() && before > 0 {
            return Err(Over::Leave("nothing left to see"));
        }
        Ok(())
    }

    async fn leave(&self) {
        let request = Request { session: self.seat.id, id: None, intent: Intent::Leave };
        if self.whip.app.port.requests.send(request).await.is_err() {
            debug!("control has stopped already");
        }
    }
}
