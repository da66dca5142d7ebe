//! The table itself, in the order of a packet's journey, then the way back, then the shells.

use super::Kind::{Counter, Gauge, Histogram};
use super::{Kind, Metric, Read};

const fn metric(name: &'static str, kind: Kind, help: &'static str, read: Read) -> Metric {
    Metric { name, help, kind, read }
}

/// Every metric, in the order of the document.
pub const METRICS: &[Metric] = &[
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
    metric(
        "switchyard_control_up",
        Gauge,
        "Whether control answered when this page was made. The other control metrics are absent when not.",
        Read::ControlAnswers,
    ),
    metric(
        "switchyard_control_rooms",
        Gauge,
        "Rooms that somebody is in.",
        Read::Control(|control| control.rooms as f64),
    ),
    metric(
        "switchyard_control_sessions",
        Gauge,
        "Sessions, joined or about to join.",
        Read::Control(|control| control.sessions as f64),
    ),
    metric(
        "switchyard_control_peers",
        Gauge,
        "Media connections that control has opened and not yet seen end.",
        Read::Control(|control| control.peers as f64),
    ),
    metric(
        "switchyard_control_publications",
        Gauge,
        "Published tracks.",
        Read::Control(|control| control.publications as f64),
    ),
    metric(
        "switchyard_control_subscriptions",
        Gauge,
        "Publications on their way to a participant, counted once per participant.",
        Read::Control(|control| control.subscriptions as f64),
    ),
    metric(
        "switchyard_control_joins_total",
        Counter,
        "Attempts to join a room, by outcome.",
        Read::ControlBy(
            "outcome",
            &[
                ("accepted", |control| control.joins_accepted as f64),
                ("refused", |control| control.joins_refused as f64),
            ],
        ),
    ),
    metric(
        "switchyard_control_draining",
        Gauge,
        "One while nobody new is let in on the operator's request, else zero.",
        Read::Control(|control| f64::from(u8::from(control.draining))),
    ),
    metric(
        "switchyard_control_joins_draining_total",
        Counter,
        "Joins that were refused because the server is being emptied. Also counted as refused.",
        Read::Control(|control| control.joins_draining as f64),
    ),
    metric(
        "switchyard_control_joins_overloaded_total",
        Counter,
        "Joins that were refused because too many commands waited for a worker, as \
         switchyard_control_waiting_commands shows. Also counted as refused.",
        Read::Control(|control| control.joins_overloaded as f64),
    ),
    metric(
        "switchyard_control_sessions_lingering",
        Gauge,
        "Sessions, among those counted above, that have lost their signalling connection and may be resumed. Their \
         media goes on. Many at once tell of a network, or of a proxy in front, that has failed.",
        Read::Control(|control| control.sessions_lingering as f64),
    ),
    metric(
        "switchyard_control_sessions_resumed_total",
        Counter,
        "Sessions that went on by another signalling connection.",
        Read::Control(|control| control.sessions_resumed as f64),
    ),
    metric(
        "switchyard_control_sessions_not_resumed_total",
        Counter,
        "Sessions that lost their signalling connection and were over because nobody came back in time.",
        Read::Control(|control| control.sessions_not_resumed as f64),
    ),
    metric(
        "switchyard_control_requests_refused_total",
        Counter,
        "Requests of participants that were refused, joins included.",
        Read::Control(|control| control.requests_refused as f64),
    ),
    metric(
        "switchyard_control_codec_changes_total",
        Counter,
        "Publications that turned to another codec while they were being sent.",
        Read::Control(|control| control.codec_changes as f64),
    ),
    metric(
        "switchyard_control_event_lane_depth",
        Gauge,
        "Events that waited for control on the lane of a worker: the most it found at once since this page \
         was made last. The lane holds 4096; what finds no room waits at the worker as a mark.",
        Read::Control(|control| control.event_lane_depth as f64),
    ),
    metric(
        "switchyard_control_waiting_commands",
        Gauge,
        "Commands that found the lane of their worker full and wait in control, for all workers together.",
        Read::Control(|control| control.waiting_commands as f64),
    ),
    metric(
        "switchyard_gateway_waiting_requests",
        Gauge,
        "Requests of clients that wait for control. When max_waiting_requests is reached, connections stop \
         reading.",
        Read::Gateway(|gateway| gateway.waiting_requests as f64),
    ),
    metric(
        "switchyard_gateway_waiting_notices",
        Gauge,
        "Notices of control that wait to be written, of the session for which most wait. A session for which \
         max_waiting_notices wait is ended (too_slow).",
        Read::Gateway(|gateway| gateway.waiting_notices as f64),
    ),
    metric(
        "switchyard_gateway_connections",
        Gauge,
        "Signalling connections open now.",
        Read::Gateway(|gateway| gateway.connections as f64),
    ),
    metric(
        "switchyard_gateway_connections_accepted_total",
        Counter,
        "Signalling connections accepted.",
        Read::Gateway(|gateway| gateway.connections_accepted as f64),
    ),
    metric(
        "switchyard_gateway_connections_refused_total",
        Counter,
        "Signalling connections refused before they opened, by reason.",
        Read::GatewayBy(
            "reason",
            &[
                ("unauthorized", |gateway| gateway.connections_refused.unauthorized as f64),
                ("malformed", |gateway| gateway.connections_refused.malformed as f64),
                ("rate_limited", |gateway| gateway.connections_refused.rate_limited as f64),
                ("key_rate_limited", |gateway| gateway.connections_refused.key_rate_limited as f64),
                ("full", |gateway| gateway.connections_refused.full as f64),
                ("crowded", |gateway| gateway.connections_refused.crowded as f64),
                ("stopping", |gateway| gateway.connections_refused.stopping as f64),
                ("resume_gone", |gateway| gateway.connections_refused.resume_gone as f64),
            ],
        ),
    ),
    metric(
        "switchyard_gateway_messages_received_total",
        Counter,
        "Signalling messages read from clients.",
        Read::Gateway(|gateway| gateway.messages_received as f64),
    ),
    metric(
        "switchyard_gateway_messages_sent_total",
        Counter,
        "Signalling messages written to clients.",
        Read::Gateway(|gateway| gateway.messages_sent as f64),
    ),
    metric(
        "switchyard_gateway_messages_rejected_total",
        Counter,
        "Signalling messages of clients that broke the dialect's rules and were answered with an error.",
        Read::Gateway(|gateway| gateway.messages_rejected as f64),
    ),
    metric(
        "switchyard_gateway_descriptions_limited_total",
        Counter,
        "Offers and answers that were not looked at because their client sent too many, or too long ones. \
         Also counted as rejected messages.",
        Read::Gateway(|gateway| gateway.descriptions_limited as f64),
    ),
    metric(
        "switchyard_gateway_sessions_ended_total",
        Counter,
        "Signalling connections that the gateway ended by itself, by reason. Of those that were too slow or silent the \
         session may be resumed.",
        Read::GatewayBy(
            "reason",
            &[
                ("too_slow", |gateway| gateway.sessions_too_slow as f64),
                ("silent", |gateway| gateway.sessions_silent as f64),
                ("not_joined", |gateway| gateway.sessions_not_joined as f64),
            ],
        ),
    ),
    metric(
        "switchyard_admin_requests_total",
        Counter,
        "Requests to the admin API that were answered, by operation and by how: `2xx` done, `4xx` refused, `5xx` \
         failed. Each act is a line of the audit log as well.",
        Read::AdminAnswers,
    ),
    metric(
        "switchyard_admin_turned_away_total",
        Counter,
        "Callers of the admin API who showed no secret or token that holds. A few a second and address are \
         written to the audit log, all of them are counted here.",
        Read::Gateway(|gateway| gateway.admin.turned_away as f64),
    ),
    metric(
        "switchyard_build_info",
        Gauge,
        "Always one; its label says which version is running.",
        Read::Build,
    ),
];
