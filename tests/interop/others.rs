//! The native dialect, WHIP and WHEP with WebRTC that others wrote, where it is installed. It uses no loopback, so
//! the server is reached at another address of this machine.

use std::net::{IpAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use switchyard_canary::{WhipCanary, endpoint};
use tokio::time::{Instant, sleep};

use crate::server::Server;
use crate::until;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/others");

/// How long a client is watched.
const SECONDS: u64 = 15;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_aiortc_participants_see_and_hear_each_other() -> Result<()> {
    let Some(python) = interpreter("AIORTC_PYTHON", "python3", "import aiortc, aiohttp") else {
        return Ok(());
    };
    let Some(address) = address() else { return Ok(()) };
    let server = Server::start_at(address)?;

    let url = server.url();
    let (ada, bob) = tokio::try_join!(participate(&python, &url, "ada"), participate(&python, &url, "bob"))?;

    for said in [&ada, &bob] {
        ensure!(count(said, "audio") > 100 && count(said, "video") > 50, "{ada}{bob}");
        ensure!(said.contains(r#""reason": "left""#), "{ada}{bob}");
    }
    // Whoever was late may have missed what the other one said.
    ensure!(ada.contains("Hello!") || bob.contains("Hello!"), "{ada}{bob}");
    Ok(())
}

/// What the example of a native client says at its end.
async fn participate(python: &Path, url: &str, identity: &'static str) -> Result<String> {
    let (mut command, seconds) = (Command::new(python), SECONDS.to_string());
    command.args([&format!("{SCRIPTS}/native_client.py"), url, "--room", "aiortc", "--identity", identity]);
    command.args(["--seconds", &seconds]);
    let ran = tokio::task::spawn_blocking(move || command.output());
    let output = ran.await?.context("python cannot be started")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{identity}: {said}{}", String::from_utf8_lossy(&output.stderr));
    Ok(said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aiortc_publishes_by_whip_and_plays_by_whep() -> Result<()> {
    let Some(python) = interpreter("AIORTC_PYTHON", "python3", "import aiortc") else { return Ok(()) };
    let Some(address) = address() else { return Ok(()) };
    let server = Server::start_at(address)?;

    let script = format!("{SCRIPTS}/aiortc_whip.py");
    let site = server.site();
    let ran = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(python);
        command.args([&script, &site, "aiortc", &SECONDS.to_string()]).output()
    });
    let output = ran.await?.context("python cannot be started")?;

    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    ensure!(count(&said, "audio") > 100 && count(&said, "video") > 50, "{said}");
    ensure!(said.contains("[200, 200]"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gstreamer_publishes_by_whip() -> Result<()> {
    let Some(python) = gstreamer("'vp8enc'") else { return Ok(()) };
    let Some(address) = address() else { return Ok(()) };
    let certificate = certificate()?;
    let server = Server::start_at(address)?;

    let url = endpoint(&server.site(), &["v1", "whip", "gstreamer"], Some("encoder"));
    let mut encoder = Command::new(python)
        .args([&format!("{SCRIPTS}/gstreamer_whip.py"), &url, &SECONDS.to_string()])
        .arg(certificate)
        .stdout(Stdio::null())
        .spawn()?;
    let viewer = watch(&server).await?;
    until("sound and picture", || packets(&viewer, "audio") > 100 && packets(&viewer, "video") > 30).await?;
    ensure!(viewer.report().lost() == 0, "{}", viewer.report());

    let ended = tokio::task::spawn_blocking(move || encoder.wait()).await??;
    ensure!(ended.success(), "the encoder ended with {ended}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gstreamer_decodes_the_h265_that_gstreamer_publishes() -> Result<()> {
    let Some(python) = gstreamer("'x265enc', 'h265parse', 'libde265dec'") else { return Ok(()) };
    let Some(address) = address() else { return Ok(()) };
    let certificate = certificate()?;
    let server = Server::start_at(address)?;

    let at = |path: &[&str], who| endpoint(&server.site(), path, Some(who));
    let (whip, whep) =
        (at(&["v1", "whip", "h265"], "encoder"), at(&["v1", "whep", "h265", "encoder"], "viewer"));
    let run = |script: &str, url: &str, seconds: u64| {
        let mut command = Command::new(&python);
        command.args([&format!("{SCRIPTS}/{script}"), url, &seconds.to_string()]).arg(&certificate);
        command
    };
    let mut encoder =
        run("gstreamer_whip.py", &whip, 2 * SECONDS).arg("H265").stdout(Stdio::null()).spawn()?;
    let mut player = run("gstreamer_whep.py", &whep, 2 * SECONDS - 5);
    let output = tokio::task::spawn_blocking(move || player.output()).await??;
    // How it takes its leave is told above: here it has to encode, which may take all there is of a machine.
    tokio::task::spawn_blocking(move || encoder.wait()).await??;

    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    ensure!(count(&said, "frames") > 5 && said.contains("[320, 180]"), "{said}");
    Ok(())
}

/// An interpreter that can use GStreamer with its WebRTC and with `elements`.
fn gstreamer(elements: &str) -> Option<PathBuf> {
    let import = format!(
        "import gi; gi.require_version('Gst', '1.0'); from gi.repository import Gst; Gst.init(None); \
         assert all(Gst.ElementFactory.find(one) for one in ('webrtcbin', 'opusenc', 'nicesrc', {elements}))"
    );
    interpreter("GSTREAMER_PYTHON", "/usr/bin/python3", &import)
}

/// Watches the encoder as soon as it is there.
async fn watch(server: &Server) -> Result<WhipCanary> {
    let url = endpoint(&server.site(), &["v1", "whep", "gstreamer", "encoder"], Some("viewer"));
    let began = Instant::now();
    loop {
        match WhipCanary::watch(&url, None).await {
            Err(_) if began.elapsed() < Duration::from_secs(SECONDS) => {
                sleep(Duration::from_millis(200)).await
            }
            watched => return watched,
        }
    }
}

fn packets(canary: &WhipCanary, kind: &str) -> u64 {
    let report = canary.report();
    let streams = report.received.streams.values().filter(|stream| stream.kind == kind);
    streams.map(|stream| stream.packets).sum()
}

/// The number behind a name in what a script said.
fn count(said: &str, name: &str) -> u64 {
    let rest = said.split_once(&format!("\"{name}\": ")).map(|(_, rest)| rest).unwrap_or_default();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

/// An interpreter that can do `import`; says so where there is none.
fn interpreter(variable: &str, usual: &str, import: &str) -> Option<PathBuf> {
    let python = std::env::var_os(variable).map_or_else(|| PathBuf::from(usual), PathBuf::from);
    let tried = Command::new(&python).args(["-c", import]).stderr(Stdio::null()).status();
    let works = tried.is_ok_and(|status| status.success());
    if !works {
        eprintln!("skipped: {} cannot {import:?}; {variable} names another one", python.display());
    }
    works.then_some(python)
}

/// An address of this machine that is not loopback; says so where there is none.
fn address() -> Option<IpAddr> {
    // Connecting a UDP socket sends nothing; it only asks the kernel for the way.
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    let found = socket.connect(("192.0.2.1", 9)).and_then(|()| socket.local_addr());
    let address = found.ok().map(|found| found.ip()).filter(|address| !address.is_loopback());
    if address.is_none() {
        eprintln!("skipped: this machine has no address but loopback");
    }
    address
}

/// A file with an EC key and its certificate.
fn certificate() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (key, both) = (folder.join("whip-key.pem"), folder.join("whip-certificate.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-keyout",
        ])
        .arg(&key)
        .args(["-days", "3", "-subj", "/CN=encoder"])
        .stderr(Stdio::null())
        .output()
        .context("openssl cannot be started")?;
    ensure!(made.status.success(), "openssl made no certificate");
    std::fs::write(&both, [std::fs::read(&key)?, made.stdout].concat())?;
    Ok(both)
}
