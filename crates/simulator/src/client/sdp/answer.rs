//! The answer of somebody who subscribes: takes whatever is offered, under the offerer's numbers.

use super::{Description, Identity, Section, write_head};

/// Writes the answer to an offer of the server.
pub fn write_answer(session: u64, identity: &Identity, offer: &Description) -> String {
    let mut out = String::new();
    let accepted = offer.sections.iter().filter(|section| !section.rejected);
    let mids: Vec<_> = accepted.map(|section| section.mid.as_str()).collect();
    write_head(session, &mids, &mut out);
    for section in &offer.sections {
        write_section(identity, section, &mut out);
    }
    out
}

fn write_section(identity: &Identity, section: &Section, out: &mut String) {
    let port = if section.rejected { 0 } else { 9 };
    out.push_str(&format!(
        "m={} {port} UDP/TLS/RTP/SAVPF {}\r\nc=IN IP4 0.0.0.0\r\n",
        section.kind, section.formats
    ));
    out.push_str(&format!("a=mid:{}\r\n", section.mid));
    if section.rejected {
        out.push_str("a=inactive\r\n");
        return;
    }
    identity.write("active", out);
    out.push_str(if section.sends { "a=recvonly\r\n" } else { "a=inactive\r\n" });
    out.push_str("a=rtcp-mux\r\na=rtcp-rsize\r\n");
    for line in &section.repeatable {
        out.push_str(line);
        out.push_str("\r\n");
    }
}
