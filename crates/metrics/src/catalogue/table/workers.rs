//! What workers count, in the order of a packet's journey, then the way back, then what a worker holds.

use switchyard_vocab::counters::WorkerCounters;
use switchyard_vocab::downlink::HeldBy;

use super::metric;
use crate::catalogue::Kind::{Counter, Gauge, Histogram};
use crate::catalogue::{ByName, Metric, Read};

const HELD_BY: ByName<WorkerCounters> = &[
    (HeldBy::Unheard.as_str(), |worker| held(worker, HeldBy::Unheard)),
    (HeldBy::Delay.as_str(), |worker| held(worker, HeldBy::Delay)),
    (HeldBy::Loss.as_str(), |worker| held(worker, HeldBy::Loss)),
    (HeldBy::Silence.as_str(), |worker| held(worker, HeldBy::Silence)),
    (HeldBy::Receiver.as_str(), |worker| held(worker, HeldBy::Receiver)),
    (HeldBy::Demand.as_str(), |worker| held(worker, HeldBy::Demand)),
    (HeldBy::Nothing.as_str(), |worker| held(worker, HeldBy::Nothing)),
];

fn held(worker: &WorkerCounters, by: HeldBy) -> f64 {
    worker.estimates_held.get(by as usize).copied().unwrap_or_default() as f64
}

pub(super) const WORKERS: &[Metric] = &[
    metric(
        "switchyard_receive_packets_total",
        Counter,
        "Datagrams taken from the media sockets, by kind of packet.",
        Read::PacketsByKind(|worker| &worker.received),
    ),
    metric(
        "switchyard_receive_bytes_total",
        Counter,
        "Bytes taken from the media sockets, as UDP payload, by kind of packet.",
        Read::BytesByKind(|worker| &worker.received),
    ),
    metric(
        "switchyard_receive_kernel_dropped_packets_total",
        Counter,
        "Datagrams the kernel dropped because a socket's receive buffer was full. Rising means that \
         the buffer is too small (net.core.rmem_max) or that a worker is overloaded.",
        Read::EachWorker(|worker| worker.kernel_drops as f64),
    ),
    metric(
        "switchyard_demux_rebindings_total",
        Counter,
        "Peers that were followed to another port of their host because their media came from there: a NAT \
         forgot what it knew.",
        Read::Workers(|worker| worker.rebindings as f64),
    ),
    metric(
        "switchyard_demux_stray_addresses_evicted_total",
        Counter,
        "Addresses of other workers' peers that were forgotten for newer ones, because too many are known. \
         Each costs its peer a connectivity check.",
        Read::Workers(|worker| worker.stray_addresses_evicted as f64),
    ),
    metric(
        "switchyard_decrypt_packets_total",
        Counter,
        "Packets that authenticated, by kind of packet.",
        Read::PacketsByKind(|worker| &worker.decrypted),
    ),
    metric(
        "switchyard_decrypt_bytes_total",
        Counter,
        "Bytes of packets that authenticated, by kind of packet.",
        Read::BytesByKind(|worker| &worker.decrypted),
    ),
    metric(
        "switchyard_route_crossed_packets_total",
        Counter,
        "Packets handed from the publisher's worker to another one.",
        Read::Workers(|worker| worker.crossed.packets as f64),
    ),
    metric(
        "switchyard_route_crossed_bytes_total",
        Counter,
        "Bytes handed from the publisher's worker to another one.",
        Read::Workers(|worker| worker.crossed.bytes as f64),
    ),
    metric(
        "switchyard_route_early_demands_dropped_total",
        Counter,
        "Layers that another worker wanted of a publication not announced yet, beyond what is kept until it \
         is. Its subscribers there wait until they want something else.",
        Read::Workers(|worker| worker.early_demands_dropped as f64),
    ),
    metric(
        "switchyard_select_layer_switches_total",
        Counter,
        "Changes of the forwarded layer that took effect.",
        Read::Workers(|worker| worker.layer_switches as f64),
    ),
    metric(
        "switchyard_send_packets_total",
        Counter,
        "Datagrams handed to the media sockets, by kind of packet.",
        Read::PacketsByKind(|worker| &worker.sent),
    ),
    metric(
        "switchyard_send_bytes_total",
        Counter,
        "Bytes handed to the media sockets, as UDP payload, by kind of packet.",
        Read::BytesByKind(|worker| &worker.sent),
    ),
    metric(
        "switchyard_send_messages_total",
        Counter,
        "Messages handed to the kernel; with segmentation offload one carries several datagrams.",
        Read::Workers(|worker| worker.send_messages as f64),
    ),
    metric(
        "switchyard_dropped_packets_total",
        Counter,
        "Packets refused on their journey, by reason.",
        Read::DropsByReason,
    ),
    metric(
        "switchyard_line_opened_total",
        Counter,
        "Media connections opened: ICE and DTLS done.",
        Read::Workers(|worker| worker.lines_opened as f64),
    ),
    metric(
        "switchyard_line_ended_total",
        Counter,
        "Media connections ended, opened before or not, by reason.",
        Read::LinesByEnd,
    ),
    metric(
        "switchyard_line_open_seconds",
        Histogram,
        "Time from the command to open a media connection to media flowing on it: the network's, the \
         client's and the server's share of a join together. What the slowest twentieth waits at least: \
         histogram_quantile(0.95, rate(switchyard_line_open_seconds_bucket[5m])).",
        Read::Durations(|worker| &worker.line_open_times),
    ),
    metric(
        "switchyard_feedback_keyframe_requests_sent_total",
        Counter,
        "Keyframe requests (PLI or FIR) sent to publishers.",
        Read::Workers(|worker| worker.keyframe_requests_sent as f64),
    ),
    metric(
        "switchyard_feedback_pli_received_total",
        Counter,
        "Keyframe requests received from subscribers as PLI.",
        Read::Workers(|worker| worker.plis_received as f64),
    ),
    metric(
        "switchyard_feedback_fir_received_total",
        Counter,
        "Keyframe requests received from subscribers as FIR.",
        Read::Workers(|worker| worker.firs_received as f64),
    ),
    metric(
        "switchyard_feedback_keyframe_requests_suppressed_total",
        Counter,
        "Keyframes beyond the budget of their subscriber, put off until it has room: asked for by PLI or FIR, or \
         needed because it subscribed, resumed or chose another layer.",
        Read::Workers(|worker| worker.keyframe_requests_suppressed as f64),
    ),
    metric(
        "switchyard_observe_keyframes_total",
        Counter,
        "Keyframes received from publishers.",
        Read::Workers(|worker| worker.keyframes_received as f64),
    ),
    metric(
        "switchyard_feedback_nack_sent_packets_total",
        Counter,
        "Packets asked of publishers again (NACK).",
        Read::Workers(|worker| worker.nacks_sent as f64),
    ),
    metric(
        "switchyard_feedback_nack_received_packets_total",
        Counter,
        "Packets that subscribers asked for again (NACK).",
        Read::Workers(|worker| worker.nacks_received as f64),
    ),
    metric(
        "switchyard_feedback_nack_missed_packets_total",
        Counter,
        "Packets that subscribers asked for again and that were no longer, or not yet, in the cache.",
        Read::Workers(|worker| worker.nacks_missed as f64),
    ),
    metric(
        "switchyard_feedback_nack_suppressed_packets_total",
        Counter,
        "Packets that subscribers asked for again too soon, left unanswered.",
        Read::Workers(|worker| worker.nacks_suppressed as f64),
    ),
    metric(
        "switchyard_feedback_resent_packets_total",
        Counter,
        "Packets resent to subscribers, on an RTX stream or byte-identical.",
        Read::Workers(|worker| worker.resent.packets as f64),
    ),
    metric(
        "switchyard_feedback_resent_bytes_total",
        Counter,
        "Bytes resent to subscribers, on an RTX stream or byte-identical.",
        Read::Workers(|worker| worker.resent.bytes as f64),
    ),
    metric(
        "switchyard_feedback_superseded_packets_total",
        Counter,
        "Packets of pictures, or repairs of them, that waited for a subscriber when another layer took over or the picture paused, and were left out.",
        Read::Workers(|worker| worker.superseded as f64),
    ),
    metric(
        "switchyard_feedback_padding_sent_packets_total",
        Counter,
        "Copies of packets that were sent a moment ago, sent to subscribers to find out whether more fits.",
        Read::Workers(|worker| worker.padding_sent.packets as f64),
    ),
    metric(
        "switchyard_feedback_padding_sent_bytes_total",
        Counter,
        "Bytes of copies of packets that were sent a moment ago, sent to subscribers to find out whether more fits.",
        Read::Workers(|worker| worker.padding_sent.bytes as f64),
    ),
    metric(
        "switchyard_rewrite_red_wrapped_packets_total",
        Counter,
        "Packets of sound sent to subscribers with those before them in them once more (RED).",
        Read::Workers(|worker| worker.red_wrapped as f64),
    ),
    metric(
        "switchyard_rewrite_red_unwrapped_packets_total",
        Counter,
        "Packets of sound taken out of RED for subscribers that don't read it, or that begin with them.",
        Read::Workers(|worker| worker.red_unwrapped as f64),
    ),
    metric(
        "switchyard_observe_red_recovered_packets_total",
        Counter,
        "Packets of sound that were lost on the way from their publisher and found in a later one (RED).",
        Read::Workers(|worker| worker.red_recovered as f64),
    ),
    metric(
        "switchyard_feedback_twcc_sent_total",
        Counter,
        "Transport-wide feedback packets sent to publishers.",
        Read::Workers(|worker| worker.twcc_sent as f64),
    ),
    metric(
        "switchyard_feedback_twcc_received_total",
        Counter,
        "Transport-wide feedback packets received from subscribers.",
        Read::Workers(|worker| worker.twcc_received as f64),
    ),
    metric(
        "switchyard_feedback_ccfb_received_total",
        Counter,
        "Feedback packets by stream (RFC 8888) received from subscribers.",
        Read::Workers(|worker| worker.ccfb_received as f64),
    ),
    metric(
        "switchyard_feedback_estimate_bits_per_second",
        Histogram,
        "What is estimated to fit to a subscriber, for each of them once a second; with media.adapt alone. \
         A subscriber's own is told by the admin API.",
        Read::Bitrates(|worker| &worker.estimates),
    ),
    metric(
        "switchyard_feedback_estimate_samples_total",
        Counter,
        "The same, by what keeps the estimate from rising: nothing heard of the subscriber yet, queues that \
         grew, loss, silence of the subscriber, its own limit, or that no more was wanted.",
        Read::WorkersBy("held_by", HELD_BY),
    ),
    metric(
        "switchyard_pace_subscriber_bits_per_second",
        Histogram,
        "What is sent to a subscriber with all headers, repairs and probes, for each of them once a second. \
         Its sum over that of the estimates is the share of what fits that is used.",
        Read::Bitrates(|worker| &worker.subscriber_rates),
    ),
    metric(
        "switchyard_pace_queue_seconds",
        Histogram,
        "How long a picture waits here before it leaves for a subscriber, for each of them once a second.",
        Read::Durations(|worker| &worker.queue_delays),
    ),
    metric(
        "switchyard_worker_busy_seconds_total",
        Counter,
        "Time a worker spent working, as opposed to waiting. Its rate is the share of a core in use: \
         rate(switchyard_worker_busy_seconds_total[1m]).",
        Read::EachWorker(|worker| worker.busy.as_secs_f64()),
    ),
    metric(
        "switchyard_worker_turns_total",
        Counter,
        "Turns a worker has taken.",
        Read::EachWorker(|worker| worker.turns as f64),
    ),
    metric(
        "switchyard_worker_peers",
        Gauge,
        "Media connections a worker holds.",
        Read::EachWorker(|worker| worker.peers as f64),
    ),
    metric(
        "switchyard_worker_addresses",
        Gauge,
        "Entries of a worker's table from network address to peer.",
        Read::EachWorker(|worker| worker.addresses as f64),
    ),
    metric(
        "switchyard_worker_publications",
        Gauge,
        "Publications whose publisher is on the worker.",
        Read::EachWorker(|worker| worker.publications as f64),
    ),
    metric(
        "switchyard_worker_mirrors",
        Gauge,
        "Publications a worker receives from another worker.",
        Read::EachWorker(|worker| worker.mirrors as f64),
    ),
    metric(
        "switchyard_worker_subscriptions",
        Gauge,
        "Subscriptions a worker serves.",
        Read::EachWorker(|worker| worker.subscriptions as f64),
    ),
    metric(
        "switchyard_worker_command_lane_depth",
        Gauge,
        "Commands of control that waited for a worker: the most that one of its turns found in the last half \
         second. The lane holds 1024; what finds no room waits in control.",
        Read::EachWorker(|worker| worker.lane_depths.command as f64),
    ),
    metric(
        "switchyard_worker_media_lane_depth",
        Gauge,
        "Batches of media that waited for a worker on a lane from another one, counted likewise. The lane \
         holds 64; what finds no room is dropped (lane_full).",
        Read::EachWorker(|worker| worker.lane_depths.media as f64),
    ),
    metric(
        "switchyard_worker_demand_lane_depth",
        Gauge,
        "Demands that waited for a worker on a lane from another one, counted likewise. The lane holds 1024; \
         what finds no room waits at the sender, where a later value replaces it.",
        Read::EachWorker(|worker| worker.lane_depths.demand as f64),
    ),
    metric(
        "switchyard_worker_stray_lane_depth",
        Gauge,
        "Datagrams that came to another worker and waited for their own, counted likewise. The lane holds \
         256; what finds no room is dropped (stray_lane_full).",
        Read::EachWorker(|worker| worker.lane_depths.stray as f64),
    ),
];
