//! One step of a scenario, and how it is taken.

use std::time::Duration;

use switchyard_control::intent::Intent;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::layer::SpatialLayer;

use crate::client::media::Media;
use crate::network::LinkConditions;
use crate::world::World;

/// Says whether something is true, and what is true instead.
pub(super) type Check = Box<dyn Fn(&World) -> Result<(), String>>;

pub(super) enum Step {
    Enter { who: &'static str, media: Media, link: LinkConditions },
    Crowd { guests: u32, within: Duration, link: LinkConditions },
    Flood(&'static str),
    Want { who: &'static str, wish: Wish },
    Link { who: &'static str, up: LinkConditions, down: LinkConditions },
    Watch(&'static str),
    Run(Duration),
    Settled,
    Check { claim: &'static str, check: Check },
}

/// What somebody wants, by names that become numbers only when it happens.
#[derive(Clone, Copy)]
pub(super) enum Wish {
    Leave,
    SetMuted { kind: MediaKind, muted: bool },
    SetMaxLayer { of: &'static str, layer: SpatialLayer },
    SetPaused { of: &'static str, paused: bool },
}

impl Step {
    /// Takes the step; gives back the claim that does not hold and why.
    pub(super) fn take(&self, world: &mut World) -> Result<(), (&'static str, String)> {
        match self {
            Self::Enter { who, media, link } => {
                world.enter(who, media.clone(), link.clone());
                Ok(())
            }
            Self::Crowd { guests, within, link } => {
                for guest in 0..*guests {
                    world.enter(&format!("guest {guest}"), Media::none(), link.clone());
                    world.run(*within / *guests);
                }
                Ok(())
            }
            Self::Flood(who) => {
                world.flood(who);
                Ok(())
            }
            Self::Want { who, wish } => {
                let intent = wish.intent(world, who).map_err(|reason| ("the step can be taken", reason))?;
                world.want(who, intent);
                Ok(())
            }
            Self::Link { who, up, down } => {
                world.set_conditions(who, up.clone(), down.clone());
                Ok(())
            }
            Self::Watch(who) => {
                world.watch(who);
                Ok(())
            }
            Self::Run(time) => {
                world.run(*time);
                Ok(())
            }
            Self::Settled => {
                world.forget_seen();
                Ok(())
            }
            Self::Check { claim, check } => check(world).map_err(|reason| (*claim, reason)),
        }
    }
}

impl Wish {
    fn intent(self, world: &World, who: &str) -> Result<Intent, String> {
        Ok(match self {
            Self::Leave => Intent::Leave,
            Self::SetMuted { kind, muted } => {
                Intent::SetMuted { publication: world.publication(who, kind)?, muted }
            }
            Self::SetMaxLayer { of, layer } => {
                Intent::SetMaxLayer { publication: world.publication(of, MediaKind::Video)?, layer }
            }
            Self::SetPaused { of, paused } => {
                Intent::SetPaused { publication: world.publication(of, MediaKind::Video)?, paused }
            }
        })
    }
}
