//! What comes after a participant's offer: candidates, and restarts of ICE, in fragments.

use switchyard_sdp::{Fragment, write_fragment};
use switchyard_vocab::line::IceCredentials;

use super::publishing::NO_WORKERS;
use super::{Asker, Control};
use crate::intent::Connection;
use crate::notice::Notice;
use crate::refusal::Refusal;
use crate::session::watching::Watching;

impl Control {
    /// Takes a fragment. Candidates are only checked; other credentials than before restart ICE, which is
    /// answered with ours.
    pub(super) fn take_fragment(
        &mut self,
        asker: Asker,
        connection: Connection,
        text: &str,
        may_restart: bool,
    ) -> Result<(), Refusal> {
        let fragment = Fragment::parse(text)?;
        let session = self.sessions.get(&asker.session).ok_or(Refusal::NotJoined)?;
        let known = match connection {
            Connection::Publish => session.publishing.remote_ice(),
            Connection::Subscribe => session.watching.as_ref().map(|watching| watching.remote_ice()),
        };
        let known = known.ok_or(Refusal::NoConnection)?;
        match fragment.ice.filter(|ice| ice != known) {
            None => self.done(asker),
            Some(_) if !may_restart => return Err(Refusal::RestartNotAsked),
            Some(theirs) => self.restart_by_fragment(asker, connection, theirs)?,
        }
        Ok(())
    }

    fn restart_by_fragment(
        &mut self,
        asker: Asker,
        connection: Connection,
        theirs: IceCredentials,
    ) -> Result<(), Refusal> {
        let worker = self.worker_of(asker.session).ok_or(NO_WORKERS)?;
        let endpoint = self.config.endpoint(worker).ok_or(NO_WORKERS)?;
        let session = self.sessions.get_mut(&asker.session).ok_or(Refusal::NotJoined)?;
        let before = match connection {
            Connection::Publish => session.publishing.our_end(),
            Connection::Subscribe => session.watching.as_ref().map(Watching::our_end),
        };
        let ours = before.ok_or(Refusal::NoConnection)?.restarted(worker, &mut self.issuer);
        let sdp = write_fragment(&endpoint.transport(&ours, None));
        let command = match connection {
            Connection::Publish => session.publishing.restart(ours, theirs),
            Connection::Subscribe => session.watching.as_mut().map(|watching| watching.restart(ours, theirs)),
        };
        let command = command.ok_or(Refusal::NoConnection)?;
        self.outputs.command(worker, command);
        self.outputs.reply(asker.session, asker.request, Notice::Answer { sdp, publications: Vec::new() });
        Ok(())
    }
}
