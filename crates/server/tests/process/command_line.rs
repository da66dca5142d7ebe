//! What the command line answers without serving.

use std::net::{TcpListener, UdpSocket};

use crate::server::{free_udp_port, output, switchyard};

const KEY: (&str, &str) = ("SWITCHYARD_GATEWAY__AUTH__KEYS__main", "0123456789abcdef0123456789abcdef");

/// What `sysexits.h` calls EX_CONFIG.
const REFUSED: Option<i32> = Some(78);

#[test]
fn a_good_configuration_is_called_fine_with_exit_code_0() {
    let (code, stdout, stderr) = output(switchyard().arg("check-config").env(KEY.0, KEY.1));

    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), "the configuration is fine\n", ""));
}

#[test]
fn a_bad_configuration_is_explained_with_exit_code_78() {
    let bad = ["check-config", "--port-base", "0"];

    let (code, stdout, stderr) = output(switchyard().args(bad).env(KEY.0, KEY.1));

    assert_eq!((code, stdout.as_str()), (REFUSED, ""));
    assert!(stderr.contains("media.port_base = 0 (--port-base): accepted is 1 to"), "{stderr}");
}

#[test]
fn checking_looks_at_the_file_that_the_environment_names() {
    let (code, _, stderr) =
        output(switchyard().arg("check-config").env("SWITCHYARD_CONFIG", "/nowhere.toml"));

    assert_eq!(code, REFUSED);
    assert!(stderr.contains("there is no configuration file /nowhere.toml"), "{stderr}");
}

#[test]
fn serving_without_keys_is_refused_unless_it_is_development() {
    let (code, _, stderr) = output(switchyard().arg("serve"));

    assert_eq!(code, REFUSED);
    assert!(stderr.contains("gateway.auth.keys = {}: accepted is at least one key"), "{stderr}");
    assert!(stderr.contains("--dev"), "{stderr}");
}

#[test]
fn a_taken_signalling_port_is_told_with_its_key() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let port_base = free_udp_port().to_string();

    let flags = ["--dev", "--listen", &listen, "--workers", "1", "--port-base", &port_base];
    let (code, _, stderr) = output(switchyard().args(flags));

    assert_eq!(code, Some(1));
    assert!(stderr.contains(&format!("gateway.listen: TCP {listen} can't be listened on")), "{stderr}");
}

#[test]
fn a_taken_metrics_port_is_told_with_its_key() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let port_base = free_udp_port().to_string();

    let flags = ["--dev", "--listen", "127.0.0.1:0", "--metrics-listen", &listen, "--workers", "1"];
    let (code, _, stderr) = output(switchyard().args(flags).args(["--port-base", &port_base]));

    assert_eq!(code, Some(1));
    assert!(stderr.contains(&format!("gateway.metrics_listen: TCP {listen}")), "{stderr}");
}

#[test]
fn a_taken_media_port_is_told_with_its_key() {
    let taken = UdpSocket::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port();

    let flags = ["--dev", "--listen", "127.0.0.1:0", "--workers", "1", "--port-base"];
    let (code, _, stderr) = output(switchyard().args(flags).arg(port.to_string()));

    assert_eq!(code, Some(1));
    assert!(stderr.contains("media.port_base"), "{stderr}");
    assert!(stderr.contains(&format!("UDP 0.0.0.0:{port} is in use")), "{stderr}");
}

#[test]
fn an_unknown_flag_is_a_matter_of_usage() {
    let (code, _, stderr) = output(switchyard().arg("--prot-base"));

    assert_eq!(code, Some(2));
    assert!(stderr.contains("--port-base"), "{stderr}");
}
