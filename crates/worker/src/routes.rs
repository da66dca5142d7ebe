//! Who receives a track: every publication this worker knows, with its subscriptions here and the
//! other workers that want it.

use rustc_hash::FxHashMap;
use switchyard_forward::publication::Publication;
use switchyard_forward::publication::demand::{Demands, Upstream};
use switchyard_vocab::demand::EncodingSet;
use switchyard_vocab::ids::{PublicationId, WorkerId};

use crate::peers::PeerKey;
use crate::subscriptions::SubscriptionKey;

/// Where a publication's packets come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// Its publisher is a peer of this worker.
    Here {
        /// The publisher.
        peer: PeerKey,
        /// What everybody wants of it.
        demands: Demands,
    },
    /// Its publisher is on another worker, and this is a mirror.
    There {
        /// That worker.
        home: WorkerId,
        /// What we want of it.
        upstream: Upstream,
    },
}

/// A publication and everybody it goes to.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) publication: Publication,
    pub(crate) source: Source,
    pub(crate) subscriptions: Vec<SubscriptionKey>,
    /// Its layers changed and control has not been told.
    pub(crate) is_news: bool,
}

impl Route {
    /// A publication nobody wants yet.
    pub(crate) const fn new(publication: Publication, source: Source) -> Self {
        Self { publication, source, subscriptions: Vec::new(), is_news: false }
    }

    /// Whether its publisher is a peer of this worker.
    pub(crate) const fn is_home(&self) -> bool {
        matches!(self.source, Source::Here { .. })
    }

    /// Every encoding that anybody wants; of a mirror, that anybody here wants.
    pub(crate) fn wanted(&self) -> EncodingSet {
        match &self.source {
            Source::Here { demands, .. } => demands.total(),
            Source::There { .. } => EncodingSet::ALL,
        }
    }
}

/// All publications of one worker.
#[derive(Debug, Default)]
pub(crate) struct Routes(FxHashMap<PublicationId, Route>);

impl Routes {
    /// Adds a publication.
    pub(crate) fn insert(&mut self, id: PublicationId, route: Route) {
        self.0.insert(id, route);
    }

    /// Takes a publication out.
    pub(crate) fn remove(&mut self, id: PublicationId) -> Option<Route> {
        self.0.remove(&id)
    }

    /// A publication, if it is known here.
    pub(crate) fn get(&self, id: PublicationId) -> Option<&Route> {
        self.0.get(&id)
    }

    /// A publication, if it is known here.
    pub(crate) fn get_mut(&mut self, id: PublicationId) -> Option<&mut Route> {
        self.0.get_mut(&id)
    }

    /// The mirrors that have not been told any layers yet.
    pub(crate) fn unanswered(&self) -> Vec<PublicationId> {
        let is_unanswered = |route: &Route| !route.is_home() && !route.publication.knows_layers();
        self.0.iter().filter(|(_, route)| is_unanswered(route)).map(|(&id, _)| id).collect()
    }

    /// How many live here, and how many are mirrors.
    pub(crate) fn count(&self) -> (usize, usize) {
        let mirrors = self.0.values().filter(|route| matches!(route.source, Source::There { .. })).count();
        (self.0.len() - mirrors, mirrors)
    }
}
