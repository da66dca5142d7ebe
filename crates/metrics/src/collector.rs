//! Reads the latest of everything and turns it into metric families.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus::core::{Collector, Desc};
use prometheus::proto::{
    Bucket, Counter, Gauge, Histogram, LabelPair, Metric as Sample, MetricFamily, MetricType,
};
use switchyard_bus::snapshot::Reader;
use switchyard_vocab::counters::{
    BitrateHistogram, DurationHistogram, LineEnd, PacketKind, TallyByKind, WorkerCounters,
};
use switchyard_vocab::drop_reason::DropReason;

use crate::catalogue::{Kind, METRICS, Metric, Read};
use crate::shells::{ADMIN_OPERATIONS, GatewayTotals, RESOURCE_METHODS, Shells, StatusClass};

/// All metrics of the server, as the `prometheus` crate wants them.
#[derive(Debug)]
pub(crate) struct CatalogueCollector {
    descriptions: Vec<Desc>,
    workers: Vec<Reader>,
    shells: Arc<Mutex<Shells>>,
    version: String,
}

impl CatalogueCollector {
    /// Over the snapshots of all workers, by number, and whatever `shells` holds when it is read.
    pub(crate) fn new(workers: Vec<Reader>, shells: Arc<Mutex<Shells>>, version: String) -> Self {
        let descriptions = METRICS.iter().map(description).collect();
        Self { descriptions, workers, shells, version }
    }
}

impl Collector for CatalogueCollector {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let moment = Moment {
            workers: self.workers.iter().map(|worker| *worker.latest()).collect(),
            shells: *self.shells.lock().unwrap_or_else(PoisonError::into_inner),
            version: &self.version,
        };
        METRICS.iter().filter_map(|metric| moment.family(metric)).collect()
    }
}

fn description(metric: &Metric) -> Desc {
    let labels = metric.read.labels().into_iter().map(str::to_owned).collect();
    Desc::new(metric.name.to_owned(), metric.help.to_owned(), labels, Default::default())
        .expect("a test proves that every name of the catalogue is well formed")
}

/// Everything as it was at one moment.
struct Moment<'a> {
    workers: Vec<WorkerCounters>,
    shells: Shells,
    version: &'a str,
}

impl Moment<'_> {
    /// The family of a metric; `None` when there is nothing to say, because families are never empty.
    fn family(&self, metric: &Metric) -> Option<MetricFamily> {
        let samples = self.samples(metric);
        if samples.is_empty() {
            return None;
        }
        let mut family = MetricFamily::default();
        family.set_name(metric.name.to_owned());
        family.set_help(metric.help.to_owned());
        family.set_field_type(match metric.kind {
            Kind::Counter => MetricType::COUNTER,
            Kind::Gauge => MetricType::GAUGE,
            Kind::Histogram => MetricType::HISTOGRAM,
        });
        family.set_metric(samples);
        Some(family)
    }

    fn samples(&self, metric: &Metric) -> Vec<Sample> {
        let label = metric.read.labels().first().copied().unwrap_or_default();
        let plain = |value: f64| vec![sample(metric.kind, &[], value)];
        let labelled = |name: &str, value: f64| sample(metric.kind, &[(label, name)], value);
        match metric.read {
            Read::Workers(read) => plain(self.sum(read)),
            Read::PacketsByKind(read) => self.by_kind(read, |kind, packets, _| labelled(kind, packets)),
            Read::BytesByKind(read) => self.by_kind(read, |kind, _, bytes| labelled(kind, bytes)),
            Read::DropsByReason => DropReason::ALL
                .iter()
                .map(|&reason| labelled(reason.as_str(), self.sum(|worker| worker.drops.get(reason) as f64)))
                .collect(),
            Read::LinesByEnd => LineEnd::ALL
                .iter()
                .map(|&end| labelled(end.as_str(), self.sum(|worker| lines_ended(worker, end))))
                .collect(),
            Read::EachWorker(read) => self
                .workers
                .iter()
                .enumerate()
                .map(|(number, worker)| labelled(&number.to_string(), read(worker)))
                .collect(),
            Read::WorkersBy(_, values) => {
                values.iter().map(|&(name, read)| labelled(name, self.sum(read))).collect()
            }
            Read::Durations(read) => vec![durations(self.workers.iter().map(read))],
            Read::Bitrates(read) => vec![bitrates(self.workers.iter().map(read))],
            Read::Control(read) => self.shells.control.map_or_else(Vec::new, |control| plain(read(&control))),
            Read::ControlBy(_, values) => self.shells.control.map_or_else(Vec::new, |control| {
                values.iter().map(|(name, read)| labelled(name, read(&control))).collect()
            }),
            Read::ControlAnswers => plain(f64::from(u8::from(self.shells.control.is_some()))),
            Read::Gateway(read) => plain(read(&self.shells.gateway)),
            Read::GatewayBy(_, values) => {
                values.iter().map(|(name, read)| labelled(name, read(&self.shells.gateway))).collect()
            }
            Read::AdminAnswers => self.admin_answers(metric.kind),
            Read::ResourceAnswers => self.resource_answers(metric.kind),
            Read::Build => vec![labelled(self.version, 1.0)],
        }
    }

    fn sum(&self, read: impl Fn(&WorkerCounters) -> f64) -> f64 {
        // Not `sum()`: that of nothing is minus zero, and would be printed so.
        self.workers.iter().map(read).fold(0.0, |sum, value| sum + value)
    }

    fn admin_answers(&self, kind: Kind) -> Vec<Sample> {
        let answered = self.shells.gateway.admin.answered;
        let by_operation = ADMIN_OPERATIONS.iter().zip(answered);
        let by_both = by_operation.flat_map(|(operation, counts)| {
            StatusClass::ALL.into_iter().zip(counts).map(move |(class, count)| (*operation, class, count))
        });
        by_both
            .map(|(operation, class, count)| {
                sample(kind, &[("operation", operation), ("status", class.as_str())], count as f64)
            })
            .collect()
    }

    fn resource_answers(&self, kind: Kind) -> Vec<Sample> {
        let GatewayTotals { whip, whep, .. } = self.shells.gateway;
        let by_method = [("whip", whip), ("whep", whep)].into_iter().flat_map(|(dialect, totals)| {
            let methods = RESOURCE_METHODS.iter().zip(totals.answered);
            methods.map(move |(method, counts)| (dialect, *method, counts))
        });
        let by_all = by_method.flat_map(|(dialect, method, counts)| {
            StatusClass::ALL
                .into_iter()
                .zip(counts)
                .map(move |(class, count)| (dialect, method, class, count))
        });
        by_all
            .map(|(dialect, method, class, count)| {
                let labels = [("dialect", dialect), ("method", method), ("status", class.as_str())];
                sample(kind, &labels, count as f64)
            })
            .collect()
    }

    fn by_kind(
        &self,
        tallies: fn(&WorkerCounters) -> &TallyByKind,
        sample: impl Fn(&str, f64, f64) -> Sample,
    ) -> Vec<Sample> {
        PacketKind::ALL
            .iter()
            .map(|&kind| {
                let packets = self.sum(|worker| tallies(worker).get(kind).packets as f64);
                let bytes = self.sum(|worker| tallies(worker).get(kind).bytes as f64);
                sample(kind.as_str(), packets, bytes)
            })
            .collect()
    }
}

fn lines_ended(worker: &WorkerCounters, end: LineEnd) -> f64 {
    worker.lines_ended.get(end as usize).copied().unwrap_or_default() as f64
}

fn sample(kind: Kind, labels: &[(&str, &str)], value: f64) -> Sample {
    let mut sample = Sample::from_label(labels.iter().copied().map(pair).collect());
    match kind {
        Kind::Counter => {
            let mut counter = Counter::default();
            counter.set_value(value);
            sample.set_counter(counter);
        }
        Kind::Gauge | Kind::Histogram => {
            let mut gauge = Gauge::default();
            gauge.set_value(value);
            sample.set_gauge(gauge);
        }
    }
    sample
}

fn durations<'a>(parts: impl Iterator<Item = &'a DurationHistogram>) -> Sample {
    let mut together = DurationHistogram::default();
    parts.for_each(|part| together.merge(part));
    let buckets = together.cumulative().map(|(bound, count)| bucket(bound.as_secs_f64(), count));
    histogram(together.sum().as_secs_f64(), together.count(), buckets.collect())
}

fn bitrates<'a>(parts: impl Iterator<Item = &'a BitrateHistogram>) -> Sample {
    let mut together = BitrateHistogram::default();
    parts.for_each(|part| together.merge(part));
    let buckets = together.cumulative().map(|(bound, count)| bucket(bound.as_bps() as f64, count));
    histogram(together.sum().as_bps() as f64, together.count(), buckets.collect())
}

fn histogram(sum: f64, count: u64, buckets: Vec<Bucket>) -> Sample {
    let mut histogram = Histogram::default();
    histogram.set_sample_sum(sum);
    histogram.set_sample_count(count);
    histogram.set_bucket(buckets);
    let mut sample = Sample::default();
    sample.set_histogram(histogram);
    sample
}

fn bucket(bound: f64, count: u64) -> Bucket {
    let mut bucket = Bucket::default();
    bucket.set_upper_bound(bound);
    bucket.set_cumulative_count(count);
    bucket
}

fn pair((name, value): (&str, &str)) -> LabelPair {
    let mut pair = LabelPair::default();
    pair.set_name(name.to_owned());
    pair.set_value(value.to_owned());
    pair
}
