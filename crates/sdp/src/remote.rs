//! A peer's description as a value: everything in it that the server uses, bounded.

mod lines;

use rtc_sdp::SessionDescription;
use rtc_sdp::description::common::Attribute;
use switchyard_vocab::line::{DtlsRole, Fingerprint, IceCredentials, RemoteLine};
use switchyard_vocab::rtp::Mid;

use crate::candidate::{Candidate, Trickled};
use crate::error::{SdpError, excerpt};
use crate::section::{Inherited, Section};
use crate::transport::{Setup, TransportAttributes};

/// Longest description that is read, in bytes. A video m-line takes about 4 KiB in a browser's
/// offer, so some 60 of them fit. Reading is linear: a browser's offer costs about 0.1 ms and the worst
/// text of this length about 15 ms, so that more would let one client hold up the others.
pub const MAX_DESCRIPTION: usize = 256 * 1024;

/// Most m-lines of one connection: browsers take seconds over more.
pub const MAX_SECTIONS: usize = 200;

/// Most remote candidates kept of one description; they are informative only.
pub const MAX_CANDIDATES: usize = 64;

/// What a peer's offer or answer says.
#[derive(Clone, Debug)]
pub struct RemoteDescription {
    /// Its m-lines, in order.
    pub sections: Vec<Section>,
    /// MIDs of `a=group:BUNDLE`, in order; empty without one.
    pub bundle: Vec<Mid>,
    /// The peer's ICE credentials; `None` only when every m-line is stopped.
    /// They change when ICE restarts: compare with those of the description before.
    pub ice: Option<IceCredentials>,
    /// The peer's certificate; empty only when every m-line is stopped.
    pub fingerprints: Vec<Fingerprint>,
    /// The DTLS role it offers or takes.
    pub setup: Option<Setup>,
    /// Its candidates with addresses in plain sight, UDP and TCP.
    pub candidates: Vec<Candidate>,
    /// How many lines were left out because of a limit, or hidden behind a name.
    pub ignored: u32,
    /// The version of its `o=` line; 0 when unreadable.
    pub(crate) version: u64,
}

impl RemoteDescription {
    /// Reads an offer or an answer.
    ///
    /// Tolerant where clients differ: LF or CRLF, unknown attributes and lines, order of the
    /// lines between two m-lines, transport attributes at either level, case of codec and hash
    /// names, `a=ssrc` beside `a=rid`. Everything that is missing or contradicts itself is an error that names it.
    pub fn parse(text: &str) -> Result<Self, SdpError> {
        let lines::Essential { text, version } = lines::essential(text)?;
        let parsed = SessionDescription::try_from(text)
            .map_err(|error| SdpError::Syntax(excerpt(&error.to_string())))?;
        if has(&parsed.attributes, "ice-lite") {
            return Err(SdpError::RemoteIsLite);
        }

        let inherited = Inherited::parse(&parsed.attributes);
        let media = parsed.media_descriptions.iter().enumerate();
        let sections = media
            .map(|(index, media)| Section::parse(index, media, inherited))
            .collect::<Result<Vec<_>, _>>()?;
        check_mids(&sections)?;

        let mut description = Self {
            bundle: parse_bundle(&parsed.attributes),
            ice: None,
            fingerprints: Vec::new(),
            setup: None,
            candidates: Vec::new(),
            ignored: sections.iter().map(|section| section.ignored).sum(),
            version,
            sections,
        };
        description.read_transport(&parsed)?;
        description.read_candidates(&parsed);
        Ok(description)
    }

    /// The m-lines that have not been stopped.
    pub fn live_sections(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|section| !section.stopped)
    }

    /// The m-line whose transport the bundle uses (RFC 8843 §7.1): the first live one of the group.
    pub(crate) fn tagged(&self) -> Option<&Section> {
        let by_group =
            self.bundle.iter().find_map(|&mid| self.live_sections().find(|section| section.mid == Some(mid)));
        by_group.or_else(|| self.live_sections().next())
    }

    /// Whether an m-line shares the bundle's transport. A lone m-line needs no group.
    pub(crate) fn is_bundled(&self, section: &Section) -> bool {
        match section.mid {
            Some(mid) if self.bundle.contains(&mid) => true,
            _ => self.bundle.is_empty() && self.live_sections().count() == 1,
        }
    }

    /// What a worker has to know of the peer's end; `None` when every m-line is stopped.
    pub(crate) fn line(&self, our_role: DtlsRole) -> Option<RemoteLine> {
        let ice = self.ice.clone()?;
        Some(RemoteLine { ice, fingerprints: self.fingerprints.clone(), our_role })
    }

    /// Takes each transport attribute from the tagged m-line, else from the session, else from
    /// whichever live m-line has it.
    fn read_transport(&mut self, parsed: &SessionDescription) -> Result<(), SdpError> {
        let Some(tagged) = self.tagged().map(|section| section.index) else { return Ok(()) };
        let live = self.live_sections().map(|section| section.index);
        let order: Vec<_> = std::iter::once(Some(tagged)).chain([None]).chain(live.map(Some)).collect();

        let mut found = TransportAttributes::default();
        for place in order {
            let attributes = match place {
                None => Some(&parsed.attributes),
                Some(index) => parsed.media_descriptions.get(index).map(|media| &media.attributes),
            };
            found.fill_from(TransportAttributes::parse(attributes.map_or(&[], Vec::as_slice))?);
            if found.is_complete() {
                break;
            }
        }

        if found.fingerprints.is_empty() {
            return Err(SdpError::NoFingerprint { found: found.unknown_hashes() });
        }
        self.ice = Some(found.require_ice()?);
        self.fingerprints = found.fingerprints;
        self.setup = found.setup;
        Ok(())
    }

    fn read_candidates(&mut self, parsed: &SessionDescription) {
        let attributes = parsed.media_descriptions.iter().flat_map(|media| &media.attributes);
        for value in
            attributes.filter(|attribute| attribute.key == "candidate").filter_map(|a| a.value.as_deref())
        {
            match Trickled::parse_value(value) {
                Some(Trickled::Candidate(candidate)) if self.candidates.len() < MAX_CANDIDATES => {
                    self.candidates.push(candidate);
                }
                _ => self.ignored = self.ignored.saturating_add(1),
            }
        }
    }
}

fn has(attributes: &[Attribute], key: &str) -> bool {
    attributes.iter().any(|attribute| attribute.key == key)
}

fn check_mids(sections: &[Section]) -> Result<(), SdpError> {
    for (index, section) in sections.iter().enumerate() {
        let Some(mid) = section.mid else { continue };
        let again = sections.iter().skip(index + 1).any(|other| other.mid == Some(mid));
        if again {
            return Err(SdpError::DuplicateMid { mid: mid.to_string() });
        }
    }
    Ok(())
}

fn parse_bundle(attributes: &[Attribute]) -> Vec<Mid> {
    let groups = attributes.iter().filter(|attribute| attribute.key == "group");
    let mut values = groups.filter_map(|attribute| attribute.value.as_deref());
    let members = values.find_map(|value| value.trim().strip_prefix("BUNDLE"));
    let names = members.into_iter().flat_map(str::split_ascii_whitespace);
    names.filter_map(|name| Mid::parse(name.as_bytes()).ok()).take(MAX_SECTIONS).collect()
}

#[cfg(test)]
mod tests;
