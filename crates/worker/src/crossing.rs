//! To and from other workers: media staged during a turn, demand by latest value, strays.

use switchyard_bus::demand::Demand;
use switchyard_bus::lane::Full;
use switchyard_bus::media::Batch;
use switchyard_bus::mesh::Link;
use switchyard_bus::stray::Stray;
use switchyard_forward::publication::clocks::Clocks;
use switchyard_vocab::counters::{LaneDepths, WorkerCounters};
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::ids::{PublicationId, WorkerId};
use switchyard_vocab::layer::Layers;
use switchyard_vocab::observed::Observed;

/// One other worker, as seen from here.
pub(crate) struct Crossing {
    pub(crate) link: Link,
    /// Media of this turn.
    staged: Batch,
    /// Batches that came back empty, ready to be filled again.
    spare: Vec<Batch>,
    /// What we want of its publications, where the lane had no room yet.
    unsent_demand: Vec<Demand>,
}

/// The crossing that leads to a worker.
pub(crate) fn crossing_to(crossings: &mut [Crossing], worker: WorkerId) -> Option<&mut Crossing> {
    crossings.iter_mut().find(|crossing| crossing.other() == worker)
}

/// Empty batches kept for reuse; as many as can be under way at once.
const MAX_SPARE: usize = switchyard_bus::media::CAPACITY;

impl Crossing {
    /// The lanes to and from one other worker.
    pub(crate) fn new(link: Link) -> Self {
        Self { link, staged: Batch::default(), spare: Vec::new(), unsent_demand: Vec::new() }
    }

    /// Who is at the other end.
    pub(crate) const fn other(&self) -> WorkerId {
        self.link.other
    }

    /// Stages a packet for the other worker.
    pub(crate) fn send_packet(
        &mut self,
        publication: PublicationId,
        observed: Observed,
        payload: &[u8],
        counters: &mut WorkerCounters,
    ) {
        self.staged.push_packet(publication, observed, payload);
        if self.staged.is_large() {
            self.send_staged(counters);
        }
    }

    /// Stages everything that is known of a publication's clocks.
    pub(crate) fn send_clocks(&mut self, publication: PublicationId, clocks: &Clocks) {
        clocks.iter().for_each(|(life, pair)| self.staged.push_clock(publication, life, pair));
    }

    /// Stages the layers of a publication.
    pub(crate) fn send_layers(&mut self, publication: PublicationId, layers: Layers) {
        self.staged.push_layers(publication, layers);
    }

    /// Notes what we want of one of its publications; a value not sent yet is replaced.
    pub(crate) fn want(&mut self, demand: Demand) {
        match self.unsent_demand.iter_mut().find(|unsent| unsent.publication == demand.publication) {
            Some(unsent) => {
                *unsent = Demand { keyframes: unsent.keyframes.union(demand.keyframes), ..demand }
            }
            None => self.unsent_demand.push(demand),
        }
    }

    /// Hands over a datagram that belongs to the other worker.
    ///
    /// # Errors
    /// [`DropReason::StrayLaneFull`] when too many wait already.
    pub(crate) fn send_stray(&mut self, tuple: Tuple, bytes: &[u8]) -> Result<(), DropReason> {
        let stray = Stray { tuple, bytes: bytes.into() };
        self.link.stray_out.send(stray).map_err(|_| DropReason::StrayLaneFull)
    }

    /// Everything that was staged leaves, and the other worker is woken if there is any.
    pub(crate) fn flush(&mut self, counters: &mut WorkerCounters) {
        if !self.staged.is_empty() {
            self.send_staged(counters);
        }
        self.send_demand();
        self.link.media_out.flush();
        self.link.stray_out.flush();
    }

    /// Whether something from the other worker waits for our next turn.
    pub(crate) fn is_behind(&self) -> bool {
        let Link { media_in, demand_in, stray_in, .. } = &self.link;
        media_in.depth() > 0 || demand_in.depth() > 0 || stray_in.depth() > 0
    }

    /// Notes how much of the other worker waits here.
    pub(crate) fn note_depths(&self, depths: &mut LaneDepths) {
        let Link { media_in, demand_in, stray_in, .. } = &self.link;
        depths.media = depths.media.max(media_in.depth() as u64);
        depths.demand = depths.demand.max(demand_in.depth() as u64);
        depths.stray = depths.stray.max(stray_in.depth() as u64);
    }

    /// Whether demand found the lane full.
    pub(crate) const fn has_unsent_demand(&self) -> bool {
        !self.unsent_demand.is_empty()
    }

    fn send_staged(&mut self, counters: &mut WorkerCounters) {
        let next = self.link.empties_in.recv().or_else(|| self.spare.pop()).unwrap_or_default();
        let batch = std::mem::replace(&mut self.staged, next);
        let (packets, bytes) = (batch.packets() as u64, batch.bytes() as u64);
        match self.link.media_out.send(batch) {
            Ok(()) => {
                counters.crossed.packets += packets;
                counters.crossed.bytes += bytes;
            }
            Err(Full(mut batch)) => {
                (0..packets).for_each(|_| counters.drops.add(DropReason::LaneFull));
                batch.clear();
                self.keep_spare(batch);
            }
        }
    }

    fn send_demand(&mut self) {
        let lane = &mut self.link.demand_out;
        self.unsent_demand.retain(|&demand| lane.send(demand).is_err());
        lane.flush();
    }

    /// Gives an emptied batch back to whoever filled it.
    pub(crate) fn give_back(&mut self, mut batch: Batch) {
        batch.clear();
        if let Err(Full(batch)) = self.link.empties_out.send(batch) {
            self.keep_spare(batch);
        }
    }

    fn keep_spare(&mut self, batch: Batch) {
        if self.spare.len() < MAX_SPARE {
            self.spare.push(batch);
        }
    }
}
