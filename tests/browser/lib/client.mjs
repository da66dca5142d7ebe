// Uses the client library inside a page, without the demonstration page's own buttons.
import { open } from './browsers.mjs';
import { page as home } from './server.mjs';

/**
 * Opens an empty page and joins a room with it. `camera` is a size to publish in; without it nothing is
 * published. `at` is the server's page, if not by the straight way; `prepare` gets the page before it is loaded. Afterwards the page holds `room`; `shown`, each remote participant's element by identity;
 * `publication(source)`, one of its own; `remote(identity, kind)`, one of somebody else's.
 */
export async function enter(browser, name, { room, identity, camera = null, simulcast = true, at = home, prepare = undefined }) {
  const page = await open(browser, `${name}-${identity}`, `${at}healthz`, prepare);
  await page.evaluate(async (options) => {
    const { join } = await import('/switchyard.js');
    document.body.replaceChildren();
    const publish = [];
    if (options.camera) {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: options.camera });
      const [video] = stream.getVideoTracks();
      const [audio] = stream.getAudioTracks();
      publish.push({ track: video, source: 'camera', simulcast: options.simulcast }, { track: audio, source: 'microphone' });
    }

    window.shown = {};
    const show = ({ detail: { participant, track } }) => {
      const { identity: who } = participant;
      window.shown[who] ??= { stream: new MediaStream() };
      const entry = window.shown[who];
      entry.stream.addTrack(track);
      if (!entry.element) {
        entry.element = document.createElement('video');
        Object.assign(entry.element, { autoplay: true, playsInline: true });
        document.body.append(entry.element);
        entry.element.requestVideoFrameCallback?.((now) => { entry.firstFrame ??= now; });
      }
      entry.element.srcObject = entry.stream;
      entry.element.play().catch(() => {});
    };
    window.room = await join({ room: options.room, identity: options.identity, publish });
    window.publication = (source) => window.room.publications.find((one) => one.source === source);
    window.remote = (who, kind) =>
      [...(window.room.participants.get(who)?.publications.values() ?? [])].find((one) => one.kind === kind);
    window.room.addEventListener('track', show);
    window.room.addEventListener('track-removed', ({ detail: { participant, track } }) => {
      window.shown[participant.identity]?.stream.removeTrack(track);
    });
    for (const participant of window.room.participants.values()) {
      for (const publication of participant.publications.values()) {
        if (publication.track) show({ detail: { participant, track: publication.track } });
      }
    }
    const refused = (await window.room.published).find(({ status }) => status === 'rejected');
    if (refused) throw refused.reason;
  }, { room, identity, camera, simulcast });
  return page;
}
