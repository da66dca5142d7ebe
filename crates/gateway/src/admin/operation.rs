//! Operations: everything the API can do, as values.

use std::future::Future;
use std::pin::Pin;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::call::{Answered, Call};
use super::{bans, openapi, participants, revocations, rooms, server, tokens};

/// What carries an operation out.
pub(super) type Handler = fn(Call) -> Pin<Box<dyn Future<Output = Answered> + Send>>;

/// What a body looks like.
pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// One thing that can be done.
#[derive(Clone, Copy)]
pub(super) struct Operation {
    /// Its name: in the document, in the audit log, and in metrics.
    pub(super) id: &'static str,
    pub(super) verb: Verb,
    pub(super) path: &'static str,
    /// What it does, in a sentence.
    pub(super) about: &'static str,
    /// What its query takes.
    pub(super) query: &'static [Parameter],
    /// What it wants to be sent.
    pub(super) body: Option<Body>,
    /// What it answers when it went well.
    pub(super) answer: Success,
    /// How it refuses, beside what every operation does: the status and when.
    pub(super) refusals: &'static [(u16, &'static str)],
    pub(super) handler: Handler,
}

/// The methods there are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

/// A parameter of a query. None is required.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// A whole number rather than any text.
    pub(super) integer: bool,
}

/// What an operation wants to be sent.
#[derive(Clone, Copy)]
pub(super) struct Body {
    pub(super) schema: SchemaOf,
    /// May be left out.
    pub(super) optional: bool,
}

/// What an operation answers when it went well.
#[derive(Clone, Copy)]
pub(super) struct Success {
    pub(super) status: u16,
    pub(super) schema: Option<SchemaOf>,
}

/// The refusals of whatever is about a room.
pub(super) const ROOM: &[(u16, &str)] = &[(404, "Nobody is in the room, or there is no such tenant.")];
/// The same of whatever changes it.
pub(super) const ROOM_LIMITS: &[(u16, &str)] = &[
    (404, "Nobody is in the room, or there is no such tenant or participant."),
    (409, "A limit or a quota of the server is reached, or it does not fit what there is."),
];

impl Verb {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Operation {
    /// Whether it changes something, so that it is written to the audit log.
    pub(super) fn is_act(&self) -> bool {
        self.verb != Verb::Get
    }

    /// Whether it takes no proof of who calls: what it tells stands in every copy of the program.
    pub(super) fn is_public(&self) -> bool {
        self.id == "get_openapi"
    }
}

impl Body {
    /// One that has to be there.
    pub(super) const fn required<T: JsonSchema>() -> Self {
        Self { schema: schema_of::<T>, optional: false }
    }

    /// One that may be left out.
    pub(super) const fn optional<T: JsonSchema>() -> Self {
        Self { schema: schema_of::<T>, optional: true }
    }
}

impl Success {
    /// 200 with a body.
    pub(super) const fn ok<T: JsonSchema>() -> Self {
        Self { status: 200, schema: Some(schema_of::<T>) }
    }

    /// 201 with a body.
    pub(super) const fn created<T: JsonSchema>() -> Self {
        Self { status: 201, schema: Some(schema_of::<T>) }
    }

    /// 204.
    pub(super) const NOTHING: Self = Self { status: 204, schema: None };
}

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// All of them, in the order of the document.
pub(super) fn operations() -> impl Iterator<Item = Operation> {
    [
        server::OPERATIONS,
        rooms::OPERATIONS,
        participants::OPERATIONS,
        bans::OPERATIONS,
        tokens::OPERATIONS,
        revocations::OPERATIONS,
        openapi::OPERATIONS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
