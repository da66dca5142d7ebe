//! One connection of a client to the server: a line, and what goes over it.

mod checks;
mod line;
mod way_out;

use std::time::Instant;

use switchyard_transport::demux::{Protocol, classify};
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::counters::LineEnd;

use crate::histogram::Histogram;
use crate::publisher::Publisher;
use crate::subscriber::{Arrived, Heard, Subscriber};
pub(crate) use line::{Line, LineNews, LinePlan};
use way_out::Sealed;
pub(crate) use way_out::{Exit, Postbox};

/// A client's connection.
pub(crate) struct Client {
    line: Line,
    part: Part,
    began: Instant,
    progress: Progress,
}

/// What a client does on its connection.
pub(crate) enum Part {
    /// It sends. The publisher is made when the line opens.
    Publish(Box<dyn FnOnce(Instant) -> Publisher + Send>),
    /// It sends, and the line is open.
    Publishing(Box<Publisher>),
    /// It receives.
    Subscribe(Box<Subscriber>),
    /// It has ended before it began.
    Nothing,
}

/// How far a client got, since it began to connect.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    /// When the line opened.
    pub(crate) open: Option<Instant>,
    /// When the first packet of media came.
    pub(crate) first_packet: Option<Instant>,
    /// When the first packet of a picture came.
    pub(crate) first_picture: Option<Instant>,
    /// Why the line is over.
    pub(crate) ended: Option<LineEnd>,
    /// Datagrams that could not be opened or understood.
    pub(crate) refused: u64,
}

/// Delays of all clients together.
#[derive(Debug)]
pub(crate) struct Delays {
    /// Of sound.
    pub(crate) audio: Histogram,
    /// Of pictures.
    pub(crate) video: Histogram,
}

impl Client {
    /// A client whose line begins to be checked. `began` is when it began to connect to the server.
    pub(crate) const fn new(line: Line, part: Part, began: Instant) -> Self {
        let progress =
            Progress { open: None, first_packet: None, first_picture: None, ended: None, refused: 0 };
        Self { line, part, began, progress }
    }

    /// Takes one datagram, which is decrypted in place.
    pub(crate) fn handle_datagram(
        &mut self,
        now: Instant,
        datagram: &mut [u8],
        delays: &mut Delays,
        postbox: &mut Postbox<'_>,
    ) {
        match classify(datagram) {
            Protocol::Stun => {
                let news = self.line.handle_stun(now, datagram);
                self.on_news(now, news);
            }
            Protocol::Dtls => {
                let news = self.line.handle_dtls(now, datagram);
                self.on_news(now, news);
            }
            Protocol::Rtp => self.handle_rtp(now, datagram, delays),
            Protocol::Rtcp => self.handle_rtcp(now, datagram, postbox),
            Protocol::Unknown => self.progress.refused += 1,
        }
        self.send_line(postbox);
    }

    /// Lets time pass.
    pub(crate) fn handle_timeout(&mut self, now: Instant, postbox: &mut Postbox<'_>) {
        let news = self.line.handle_timeout(now);
        self.on_news(now, news);
        self.send_line(postbox);
        let Some((_, outbound)) = self.line.media() else { return };
        let mut exit = Sealed { outbound, postbox };
        match &mut self.part {
            Part::Publishing(publisher) => publisher.handle_timeout(now, &mut exit),
            Part::Subscribe(subscriber) => subscriber.handle_timeout(now, &mut exit),
            Part::Publish(_) | Part::Nothing => {}
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let media = match &self.part {
            Part::Publishing(publisher) => publisher.poll_timeout(),
            Part::Subscribe(subscriber) if self.progress.open.is_some() => subscriber.poll_timeout(),
            _ => None,
        };
        let media = media.filter(|_| self.progress.ended.is_none());
        [self.line.poll_timeout(), media].into_iter().flatten().min()
    }

    /// Another offer of the server.
    pub(crate) fn hear(&mut self, now: Instant, heard: &[Heard]) {
        if let Part::Subscribe(subscriber) = &mut self.part {
            subscriber.hear(now, heard);
        }
    }

    /// Sends nothing new from now on.
    pub(crate) fn stop_sending(&mut self) {
        match &mut self.part {
            Part::Publishing(publisher) => publisher.stop(),
            part @ Part::Publish(_) => *part = Part::Nothing,
            _ => {}
        }
    }

    /// Says goodbye on the line.
    pub(crate) fn close(&mut self, now: Instant, postbox: &mut Postbox<'_>) {
        self.line.close(now);
        self.send_line(postbox);
    }

    /// The publisher, once it sends.
    pub(crate) fn publisher(&self) -> Option<&Publisher> {
        match &self.part {
            Part::Publishing(publisher) => Some(publisher),
            _ => None,
        }
    }

    /// The subscriber.
    pub(crate) fn subscriber(&self) -> Option<&Subscriber> {
        match &self.part {
            Part::Subscribe(subscriber) => Some(subscriber),
            _ => None,
        }
    }

    /// When it began to connect.
    pub(crate) const fn began(&self) -> Instant {
        self.began
    }

    /// How far it got.
    pub(crate) const fn progress(&self) -> &Progress {
        &self.progress
    }

    fn handle_rtp(&mut self, now: Instant, datagram: &mut [u8], delays: &mut Delays) {
        let opened = self.line.media().and_then(|(inbound, _)| inbound.unprotect_rtp(now, datagram).ok());
        let packet = opened.and_then(|len| datagram.get(..len));
        let (Some(packet), Part::Subscribe(subscriber)) = (packet, &mut self.part) else {
            self.progress.refused += 1;
            return;
        };
        if let Arrived::Media(kind, delay) = subscriber.handle_rtp(now, packet) {
            self.progress.first_packet.get_or_insert(now);
            match kind {
                MediaKind::Audio => delays.audio.add(delay),
                MediaKind::Video => {
                    self.progress.first_picture.get_or_insert(now);
                    delays.video.add(delay);
                }
            }
        }
    }

    fn handle_rtcp(&mut self, now: Instant, datagram: &mut [u8], postbox: &mut Postbox<'_>) {
        let Some((inbound, outbound)) = self.line.media() else {
            self.progress.refused += 1;
            return;
        };
        let opened = inbound.unprotect_rtcp(now, datagram).ok();
        let Some(compound) = opened.and_then(|len| datagram.get(..len)) else {
            self.progress.refused += 1;
            return;
        };
        match &mut self.part {
            Part::Publishing(publisher) => {
                publisher.handle_rtcp(compound, &mut Sealed { outbound, postbox });
            }
            Part::Subscribe(subscriber) => subscriber.handle_rtcp(now, compound),
            Part::Publish(_) | Part::Nothing => {}
        }
    }

    fn on_news(&mut self, now: Instant, news: Option<LineNews>) {
        match news {
            Some(LineNews::Opened) => {
                self.progress.open = Some(now);
                self.part = match std::mem::replace(&mut self.part, Part::Nothing) {
                    Part::Publish(begin) => Part::Publishing(Box::new(begin(now))),
                    part => part,
                };
            }
            Some(LineNews::Ended(end)) => {
                self.progress.ended = Some(end);
                self.stop_sending();
            }
            None => {}
        }
    }

    fn send_line(&mut self, postbox: &mut Postbox<'_>) {
        while let Some(datagram) = self.line.poll_transmit() {
            postbox.post(&datagram);
        }
    }
}
