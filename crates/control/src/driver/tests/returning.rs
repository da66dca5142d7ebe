//! Whatever happens while somebody is away: what they see after their return is what there is.
//!
//! One seed decides a run. People come, go, publish, silence, speak, lose their connections, noticed by the server or
//! not, and come back. Beside the server runs a model of a few lines; whoever listens must see what it says.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use switchyard_vocab::ids::{Identity, PublicationId};

use crate::codec_policy::{CodecName, CodecPolicy};
use crate::driver::Output;
use crate::grants::Pass;
use crate::intent::{Heard, Intent, Resumption};
use crate::notice::{Notice, Participant};
use crate::testing::description::Client;
use crate::testing::{Harness, join_with, published, told};

const SEEDS: u64 = 60;
const STEPS: usize = 120;
const NAMES: [&str; 5] = ["ada", "bob", "cyd", "dee", "eve"];

/// What is published, and whether it is silent.
type Tracks = BTreeMap<PublicationId, bool>;

/// How somebody appears.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Seen {
    connected: bool,
    tracks: Tracks,
}

/// What is known of the room.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Place {
    metadata: Option<Arc<str>>,
    locked: bool,
    codecs: Arc<CodecPolicy>,
}

/// Somebody in the room, by the model.
#[derive(Debug, Default)]
struct Person {
    session: u64,
    resumption: u64,
    /// What they send arrives, and what they are told.
    hears: bool,
    /// What the others are to see.
    seen: Seen,
    /// What they see of the others.
    view: BTreeMap<String, Seen>,
    /// What they know of the room.
    place: Place,
    /// Messages they are to have had, and those they had: number, to them alone.
    due: Vec<(u64, bool)>,
    had: Vec<(u64, bool)>,
}

struct Run {
    harness: Harness,
    dice: ChaCha20Rng,
    people: BTreeMap<String, Person>,
    /// How the room is.
    place: Place,
    sessions: u64,
}

fn seen(participant: &Participant) -> Seen {
    let tracks = participant.publications.iter().map(|one| (one.id, one.muted)).collect();
    Seen { connected: participant.connected, tracks }
}

fn place(metadata: &Option<Arc<str>>, locked: bool, codecs: &Arc<CodecPolicy>) -> Place {
    Place { metadata: metadata.clone(), locked, codecs: codecs.clone() }
}

impl Person {
    fn hear(&mut self, notice: &Notice) {
        let name = |identity: &Identity| identity.to_string();
        match notice {
            Notice::Joined { participants, metadata, locked, codecs, .. } => {
                self.look(participants);
                self.place = place(metadata, *locked, codecs);
            }
            Notice::RoomChanged { metadata, locked, codecs } => {
                self.place = place(metadata, *locked, codecs);
            }
            Notice::Snapshot(snapshot) => {
                self.look(&snapshot.participants);
                self.place = place(&snapshot.metadata, snapshot.locked, &snapshot.codecs);
                let own: Tracks = snapshot.own.iter().map(|own| (own.publication, own.muted)).collect();
                assert_eq!(own, self.seen.tracks, "what one publishes");
                assert_eq!(snapshot.missed_messages, 0);
                snapshot.then.iter().for_each(|notice| self.hear(notice));
            }
            Notice::ParticipantJoined(who) | Notice::ParticipantChanged(who) => {
                self.view.insert(name(&who.identity), seen(who));
            }
            Notice::ParticipantLeft { identity } => drop(self.view.remove(&name(identity))),
            Notice::PublicationAdded { identity, publication } => {
                let whose = self.view.get_mut(&name(identity)).expect("they are known");
                whose.tracks.insert(publication.id, publication.muted);
            }
            Notice::PublicationRemoved { identity, publication, .. } => {
                self.view.get_mut(&name(identity)).expect("they are known").tracks.remove(publication);
            }
            Notice::PublicationMuted { identity, publication, muted } => {
                if let Some(whose) = self.view.get_mut(&name(identity)) {
                    whose.tracks.insert(*publication, *muted);
                }
            }
            Notice::Message(message) => self.had.push((message.number, message.to.is_some())),
            _ => {}
        }
    }

    fn look(&mut self, participants: &[Participant]) {
        self.view = participants.iter().map(|one| (one.identity.to_string(), seen(one))).collect();
    }

    fn heard(&self) -> Heard {
        let last = |direct| self.had.iter().filter(|one| one.1 == direct).map(|one| one.0).max();
        Heard { message: last(false).unwrap_or_default(), direct: last(true).unwrap_or_default() }
    }
}

/// Everybody moderates.
fn moderating() -> Pass {
    let mut pass = Pass::default();
    pass.permissions.grants.admin = true;
    pass
}

impl Run {
    fn roll(&mut self, sides: u64) -> u64 {
        self.dice.next_u64() % sides
    }

    fn ask(&mut self, name: &str, intent: Intent) -> Vec<Output> {
        let outputs = self.harness.ask(self.people[name].session, intent);
        self.spread(&outputs);
        outputs
    }

    /// Everybody whose connection works hears what they are told.
    fn spread(&mut self, outputs: &[Output]) {
        for person in self.people.values_mut() {
            let told = told(outputs, person.session);
            assert!(
                person.seen.connected || told.is_empty(),
                "nobody who lingers is told anything: {told:?}"
            );
            if person.hears {
                told.into_iter().for_each(|notice| person.hear(notice));
            }
        }
    }

    fn enter(&mut self, name: &str) {
        self.sessions += 1;
        if self.people.is_empty() {
            self.place = Place::default();
        }
        let seen = Seen { connected: true, ..Seen::default() };
        let person = Person { session: self.sessions, hears: true, seen, ..Person::default() };
        // Whoever joins as somebody who is there replaces them: their last word goes to a session of the past.
        self.people.insert(name.to_owned(), person);
        let outputs = self.harness.ask(self.sessions, join_with(name, moderating()));
        self.spread(&outputs);
    }

    fn step(&mut self) {
        let name = NAMES[self.roll(NAMES.len() as u64) as usize];
        let Some(person) = self.people.get(name) else { return self.enter(name) };
        match (person.hears, self.roll(14)) {
            (true, 0) => {
                self.ask(name, Intent::Leave);
                self.people.remove(name);
            }
            (true, 1 | 2) => self.publish(name),
            (true, 3) => self.mute(name),
            (true, 12 | 13) => self.arrange(name),
            (true, 4..=6) => self.say(name),
            // The server notices nothing.
            (true, 7 | 8) => self.person(name).hears = false,
            (true, 9) => {
                self.person(name).hears = false;
                self.lose(name);
            }
            (false, 0) => self.lose(name),
            (false, 1) => self.enter(name),
            (false, 2..=6) => self.resume(name),
            _ => self.wait(),
        }
    }

    fn person(&mut self, name: &str) -> &mut Person {
        self.people.get_mut(name).expect("they are here")
    }

    fn publish(&mut self, name: &str) {
        let session = self.people[name].session;
        let lines: &[_] = match self.roll(3) {
            0 => &[("0", "audio", "sendonly"), ("1", "video", "sendonly")],
            1 => &[("0", "audio", "sendonly"), ("1", "video", "inactive")],
            _ => &[("0", "audio", "inactive"), ("1", "video", "inactive")],
        };
        let outputs = self.ask(name, Client::new(session).offer(lines));
        let answer =
            told(&outputs, session).into_iter().find(|notice| matches!(notice, Notice::Answer { .. }));
        let now = published(answer.expect("it is answered"));
        let tracks = &mut self.person(name).seen.tracks;
        *tracks = now.into_iter().map(|id| (id, tracks.get(&id).copied().unwrap_or_default())).collect();
    }

    fn mute(&mut self, name: &str) {
        let Some((&publication, &muted)) = self.people[name].seen.tracks.first_key_value() else { return };
        self.person(name).seen.tracks.insert(publication, !muted);
        self.ask(name, Intent::SetMuted { publication, muted: !muted });
    }

    /// Changes something of the room.
    fn arrange(&mut self, name: &str) {
        let mut changed = self.place.clone();
        let intent = match self.roll(3) {
            0 => {
                changed.locked = !changed.locked;
                Intent::SetLocked(changed.locked)
            }
            1 => {
                let topic = self.roll(100).to_string();
                changed.metadata = Some(topic.as_str().into());
                Intent::SetRoomMetadata(Some(topic))
            }
            _ => {
                let preferred = vec![CodecName::ALL[1 + self.roll(5) as usize]];
                let wanted = CodecPolicy { preferred, ..CodecPolicy::default() };
                changed.codecs = CodecPolicy::default().narrowed(&wanted).into();
                Intent::SetRoomCodecs(wanted)
            }
        };
        let outputs = self.ask(name, intent);
        let answers = told(&outputs, self.people[name].session);
        // Whoever arranges in haste is refused.
        if !answers.iter().any(|notice| matches!(notice, Notice::Refused(_))) {
            self.place = changed;
        }
    }

    fn say(&mut self, name: &str) {
        let to = NAMES[self.roll(NAMES.len() as u64) as usize];
        let to = (to != name && self.people.contains_key(to) && self.roll(3) == 0).then_some(to);
        let intent = Intent::Message { text: "hello".into(), to: to.map(Identity::new), at: Duration::ZERO };
        let outputs = self.ask(name, intent);
        let number = told(&outputs, self.people[name].session).into_iter().find_map(|notice| match notice {
            Notice::MessageSent { number } => Some(*number),
            _ => None,
        });
        // Whoever speaks in haste is refused.
        let Some(number) = number else { return };
        let others = self.people.iter_mut().filter(|(other, _)| other.as_str() != name);
        let addressed = others.filter(|(other, _)| to.is_none_or(|to| to == other.as_str()));
        addressed.for_each(|(_, person)| person.due.push((number, to.is_some())));
    }

    fn lose(&mut self, name: &str) {
        if !self.pause(name) {
            return;
        }
        let lost = Resumption(self.people[name].resumption);
        self.person(name).seen.connected = false;
        self.ask(name, Intent::Disconnect { lost });
    }

    fn resume(&mut self, name: &str) {
        if !self.pause(name) {
            return;
        }
        let person = self.person(name);
        person.resumption += 1;
        person.hears = true;
        person.seen.connected = true;
        let intent = Intent::Resume { by: Resumption(person.resumption), heard: Some(person.heard()) };
        let lost = Intent::Disconnect { lost: Resumption(person.resumption - 1) };
        self.ask(name, intent);
        if self.roll(2) == 0 {
            // The old connection is found to be lost only now.
            assert!(self.ask(name, lost).is_empty());
        }
    }

    /// Lets as much time pass as there is between two changes that are told at once. Whether somebody is still here.
    fn pause(&mut self, name: &str) -> bool {
        self.pass(Duration::from_secs(1));
        self.people.contains_key(name)
    }

    fn wait(&mut self) {
        let time = Duration::from_millis(self.roll(5_000));
        self.pass(time);
    }

    fn pass(&mut self, time: Duration) {
        let outputs = self.harness.pass(time);
        let gone = |notice: &&Notice| notice.end().is_some();
        self.people.retain(|_, person| told(&outputs, person.session).iter().all(|notice| !gone(notice)));
        self.spread(&outputs);
    }

    fn check(&self) {
        for (name, person) in self.people.iter().filter(|(_, person)| person.hears) {
            let others = self.people.iter().filter(|(other, _)| *other != name);
            let truth: BTreeMap<_, _> =
                others.map(|(name, other)| (name.clone(), other.seen.clone())).collect();
            assert_eq!(person.view, truth, "what {name} sees");
            assert_eq!(person.had, person.due, "what {name} heard");
            assert_eq!(person.place, self.place, "what {name} knows of the room");
        }
    }
}

#[test]
fn after_a_return_the_room_looks_to_everybody_as_it_is() {
    let mut resumed = 0;
    for seed in 0..SEEDS {
        let dice = ChaCha20Rng::seed_from_u64(seed);
        let mut run = Run {
            harness: Harness::new(),
            dice,
            people: BTreeMap::new(),
            place: Place::default(),
            sessions: 0,
        };
        for _ in 0..STEPS {
            run.step();
            run.check();
        }
        resumed += run.harness.totals().sessions_resumed;
        let away = run.people.values().filter(|person| !person.seen.connected).count();
        assert_eq!(run.harness.totals().sessions_lingering, away as u64, "seed {seed}");
        assert_eq!(run.harness.totals().sessions, run.people.len() as u64, "seed {seed}");
    }
    assert!(resumed > SEEDS * 3, "{resumed} returns tell little");
}
