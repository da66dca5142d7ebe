use switchyard_transport::demux::{Protocol, classify};
use switchyard_transport::line::{Line as ServerLine, LineConfig, LineState};
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::line::RemoteLine;
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};
use switchyard_wire::stun::BindingRequest;

use super::*;
use crate::testing::rng;

fn credentials(name: &str) -> IceCredentials {
    IceCredentials { ufrag: format!("00{name}0123456789ab"), pwd: format!("{name}-password-of-24-letters") }
}

fn tuple() -> Tuple {
    Tuple { local: "127.0.0.1:7882".parse().unwrap(), remote: "127.0.0.1:5000".parse().unwrap() }
}

/// A line of ours and the server's end of it.
fn pair(now: Instant) -> (Line, ServerLine) {
    let (ours, theirs) = (Certificate::generate().unwrap(), Certificate::generate().unwrap());
    let plan = LinePlan {
        local: credentials("client"),
        remote: credentials("server"),
        fingerprints: vec![theirs.fingerprint().clone()],
        role: DtlsRole::Client,
        server: tuple().local,
    };
    let fingerprints = vec![ours.fingerprint().clone()];
    let line = Line::new(now, plan, Arc::new(ours), &mut rng());
    let config =
        LineConfig { local: credentials("server"), certificate: Arc::new(theirs), dtls: DtlsVersions::Auto };
    let mut server = ServerLine::new(now, config);
    let ice = credentials("client");
    server.connect(now, RemoteLine { ice, fingerprints, our_role: DtlsRole::Server });
    (line, server)
}

/// Hands everything over that either has to say, until both are at rest.
fn talk(now: Instant, line: &mut Line, server: &mut ServerLine) -> Vec<LineNews> {
    let mut news: Vec<LineNews> = line.handle_timeout(now).into_iter().collect();
    loop {
        let mut is_quiet = true;
        while let Some(datagram) = line.poll_transmit() {
            is_quiet = false;
            match classify(&datagram) {
                Protocol::Stun => {
                    let request = BindingRequest::parse(&datagram).unwrap();
                    let mut answer = Vec::new();
                    server.handle_binding_request(now, tuple(), &request, &mut answer).unwrap();
                    news.extend(line.handle_stun(now, &answer));
                }
                _ => server.handle_dtls(now, tuple(), &datagram).unwrap(),
            }
        }
        let mut out = [0; HANDSHAKE_MTU];
        while let Some((_, len)) = server.poll_transmit(&mut out) {
            is_quiet = false;
            news.extend(line.handle_dtls(now, &out[..len]));
        }
        if is_quiet {
            return news;
        }
    }
}

#[test]
fn a_line_opens_with_the_servers_own_end() {
    let now = Instant::now();
    let (mut line, mut server) = pair(now);

    assert_eq!(talk(now, &mut line, &mut server), [LineNews::Opened]);

    assert_eq!(server.state(), LineState::Open);
    let (_, outbound) = line.media().unwrap();
    let mut packet = [0; 64];
    packet[..12].copy_from_slice(&[0x80, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]);
    let len = outbound.protect_rtp(ExtSeqNo::starting_at(SeqNo(1)), &mut packet, 20).unwrap();
    assert_eq!(server.decrypt_rtp(now, tuple(), &mut packet[..len]), Ok(20));
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let now = Instant::now();
    let (mut line, _) = pair(now);

    let news = std::iter::from_fn(|| {
        let due = line.poll_timeout()?;
        Some(line.handle_timeout(due))
    });

    assert_eq!(news.flatten().collect::<Vec<_>>(), [LineNews::Ended(LineEnd::IceTimeout)]);
}

#[test]
fn a_goodbye_reaches_the_server() {
    let now = Instant::now();
    let (mut line, mut server) = pair(now);
    talk(now, &mut line, &mut server);

    line.close(now);
    talk(now, &mut line, &mut server);

    assert_eq!(server.state(), LineState::Closed);
    assert!(line.media().is_none());
}
