//! What control and the gateway count.

use super::metric;
use crate::catalogue::Kind::{Counter, Gauge};
use crate::catalogue::{Metric, Read};

pub(super) const SHELLS: &[Metric] = &[
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
        "switchyard_control_held_requests",
        Gauge,
        "Requests of clients that control holds back because a worker is stuck, behind 16 lanes full of commands. \
         Beyond 1024 they are refused as overloaded; leaving is never held back.",
        Read::Control(|control| control.held_requests as f64),
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
         max_waiting_notices wait, or 8 MiB, is ended (too_slow).",
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
        "switchyard_resource_requests_total",
        Counter,
        "Requests of WHIP and WHEP that were answered, by dialect, method and by how: `2xx` done, `4xx` refused, \
         `5xx` failed or told to come back later.",
        Read::ResourceAnswers,
    ),
    metric(
        "switchyard_resource_open",
        Gauge,
        "Resources of WHIP and WHEP open now, by dialect. Each is a session and holds one of max_connections.",
        Read::GatewayBy(
            "dialect",
            &[("whip", |gateway| gateway.whip.open as f64), ("whep", |gateway| gateway.whep.open as f64)],
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
