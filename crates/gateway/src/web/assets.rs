//! Every file of the page and of the client library; all of them are part of the program.

use super::Asset;

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const TYPES: &str = "application/typescript; charset=utf-8";

/// A file is served under the path that it has beside this one; type declarations are without their folder.
macro_rules! assets {
    (
        $home:ident: $index:literal;
        types: $($types:literal)+;
        $($kind:ident: $($path:literal)+;)+
    ) => {
        &[
            Asset::new("/", $home, include_str!($index)),
            $($(Asset::new($path, $kind, include_str!(concat!(".", $path))),)+)+
            $(Asset::new($types, TYPES, include_str!(concat!("types", $types))),)+
        ]
    };
}

pub(super) const ASSETS: &[Asset] = assets! {
    HTML: "index.html";
    types:
        "/switchyard.d.ts"
        "/switchyard/codecs.d.ts"
        "/switchyard/devices.d.ts"
        "/switchyard/encodings.d.ts"
        "/switchyard/errors.d.ts"
        "/switchyard/events.d.ts"
        "/switchyard/ladder.d.ts"
        "/switchyard/local_participant.d.ts"
        "/switchyard/local_publication.d.ts"
        "/switchyard/messages.d.ts"
        "/switchyard/moderation.d.ts"
        "/switchyard/publisher.d.ts"
        "/switchyard/pulse.d.ts"
        "/switchyard/remote_participant.d.ts"
        "/switchyard/remote_publication.d.ts"
        "/switchyard/repair.d.ts"
        "/switchyard/room.d.ts"
        "/switchyard/roster.d.ts"
        "/switchyard/screens.d.ts"
        "/switchyard/session.d.ts"
        "/switchyard/sight.d.ts"
        "/switchyard/signalling.d.ts"
        "/switchyard/socket.d.ts"
        "/switchyard/stats.d.ts"
        "/switchyard/subscriber.d.ts"
        "/switchyard/unbound.d.ts"
        "/v1/switchyard.d.ts";
    STYLE:
        "/style.css"
        "/page/call.css"
        "/page/panel.css"
        "/page/prejoin.css";
    SCRIPT:
        "/page.js"
        "/page/call.js"
        "/page/chat.js"
        "/page/confirm.js"
        "/page/controls.js"
        "/page/dom.js"
        "/page/figures.js"
        "/page/invitation.js"
        "/page/level.js"
        "/page/memory.js"
        "/page/panel.js"
        "/page/people.js"
        "/page/preview.js"
        "/page/settings.js"
        "/page/shortcuts.js"
        "/page/speakers.js"
        "/page/stage.js"
        "/page/theme.js"
        "/page/tile.js"
        "/page/words.js"
        "/switchyard.js"
        "/v1/switchyard.js"
        "/switchyard/codecs.js"
        "/switchyard/devices.js"
        "/switchyard/encodings.js"
        "/switchyard/errors.js"
        "/switchyard/events.js"
        "/switchyard/ladder.js"
        "/switchyard/local_participant.js"
        "/switchyard/local_publication.js"
        "/switchyard/messages.js"
        "/switchyard/moderation.js"
        "/switchyard/publisher.js"
        "/switchyard/pulse.js"
        "/switchyard/remote_participant.js"
        "/switchyard/remote_publication.js"
        "/switchyard/repair.js"
        "/switchyard/room.js"
        "/switchyard/roster.js"
        "/switchyard/screens.js"
        "/switchyard/session.js"
        "/switchyard/sight.js"
        "/switchyard/signalling.js"
        "/switchyard/socket.js"
        "/switchyard/stats.js"
        "/switchyard/subscriber.js"
        "/switchyard/unbound.js";
};
