//! What a running server says of itself.

use switchyard_metrics::catalogue::METRICS;

use crate::server::{Server, free_udp_port, get, switchyard};

#[test]
fn health_readiness_and_the_page_answer() {
    let server = Server::start();

    for (path, content) in [("/healthz", "ok"), ("/readyz", "ready"), ("/", "<!doctype html>")] {
        let (head, body) = get(server.signalling, path);

        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        assert!(body.to_lowercase().contains(content), "{path}: {body}");
    }
}

#[test]
fn metrics_show_the_whole_catalogue_and_only_on_their_own_port() {
    let server = Server::start();

    let (head, page) = get(server.metrics, "/metrics");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    for metric in METRICS {
        assert!(
            page.contains(&format!("# TYPE {} {}\n", metric.name, metric.kind.as_str())),
            "{}",
            metric.name
        );
    }

    let (public, _) = get(server.signalling, "/metrics");
    assert!(public.starts_with("HTTP/1.1 404"), "{public}");
}

#[test]
fn without_arguments_it_is_in_development_mode_and_says_so() {
    let server = Server::run(
        switchyard()
            .env("SWITCHYARD_GATEWAY__LISTEN", "127.0.0.1:0")
            .env("SWITCHYARD_GATEWAY__METRICS_LISTEN", "127.0.0.1:0")
            .env("SWITCHYARD_MEDIA__WORKERS", "1")
            .env("SWITCHYARD_MEDIA__PORT_BASE", free_udp_port().to_string()),
    );

    let warning = server.log.iter().find(|line| line["level"] == "WARN").expect("a warning");
    assert!(
        warning["message"].as_str().unwrap().starts_with("development mode: anybody may join"),
        "{warning}"
    );
}

#[test]
fn log_lines_are_json_objects_with_time_level_and_message() {
    let server = Server::start();

    for line in &server.log {
        for key in ["timestamp", "level", "target", "message"] {
            assert!(line[key].is_string(), "{key}: {line}");
        }
    }
    let ready = server.log.last().expect("it said that it is ready");
    assert_eq!(ready["page"], format!("http://{}/", server.signalling));
}
