// What is put into every page before its own scripts: an eye on its connections. It asks the browser
// only, not the page's client library, so that the library cannot hide its faults.

/** Runs inside the page. Everything it offers is in `window.seen`. */
export function observe() {
  const Native = window.RTCPeerConnection;
  let peers = [];
  try {
    // Those of a page's own frames are the page's.
    peers = window.parent.seen?.peers ?? peers;
  } catch { /* The page around is somebody else's. */ }
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      peers.push(this);
    }
  };

  const live = () => peers.filter((peer) => peer.connectionState !== 'closed');

  /** All statistics of one type, of all connections. */
  async function stats(type) {
    const found = [];
    for (const peer of live()) {
      for (const entry of (await peer.getStats()).values()) if (entry.type === type) found.push({ ...entry });
    }
    return found;
  }

  /** Tracks that come from the server. */
  function remoteTracks(kind) {
    const receivers = live().flatMap((peer) => peer.getReceivers());
    return receivers.map((receiver) => receiver.track).filter((track) => track?.kind === kind);
  }

  /** Elements that show something from the server. */
  function remoteVideos() {
    const tracks = remoteTracks('video');
    return [...document.querySelectorAll('video')].filter((element) =>
      element.srcObject?.getVideoTracks().some((track) => tracks.includes(track)));
  }

  /** A small copy of an element's picture: mean brightness, and a number that changes with it. */
  function look(element) {
    const canvas = document.createElement('canvas');
    canvas.width = 32;
    canvas.height = 18;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(element, 0, 0, 32, 18);
    const { data } = context.getImageData(0, 0, 32, 18);
    let sum = 0;
    let hash = 0;
    for (let index = 0; index < data.length; index += 4) {
      sum += data[index] + data[index + 1] + data[index + 2];
      hash = (hash * 31 + data[index] * 7 + data[index + 1] * 3 + data[index + 2]) | 0;
    }
    return { brightness: sum / (32 * 18 * 3), hash };
  }

  window.seen = { peers, live, stats, remoteTracks, remoteVideos, look };
}

/** How many remote videos move and are not black. Watches for one second. */
export async function movingVideos(page) {
  return page.evaluate(async () => {
    const { remoteVideos, look } = window.seen;
    const pictures = new Map();
    for (let round = 0; round < 5; round += 1) {
      for (const video of remoteVideos().filter((element) => element.videoWidth > 0)) {
        const { brightness, hash } = look(video);
        const seen = pictures.get(video) ?? { hashes: new Set(), brightest: 0 };
        seen.hashes.add(hash);
        seen.brightest = Math.max(seen.brightest, brightness);
        pictures.set(video, seen);
      }
      await new Promise((resolve) => { setTimeout(resolve, 200); });
    }
    return [...pictures.values()].filter((seen) => seen.hashes.size > 1 && seen.brightest > 8).length;
  });
}

/** How many remote tracks make sound: their energy rises within two seconds. */
export async function soundingTracks(page) {
  const energies = () => page.evaluate(async () => {
    const inbound = await window.seen.stats('inbound-rtp');
    return inbound.filter((entry) => entry.kind === 'audio').map((entry) => [entry.ssrc, entry.totalAudioEnergy ?? 0]);
  });
  const before = new Map(await energies());
  await new Promise((resolve) => { setTimeout(resolve, 2000); });
  return (await energies()).filter(([ssrc, energy]) => energy > (before.get(ssrc) ?? 0) + 1e-6).length;
}

/** Statistics of what comes in, of one kind. */
export function inbound(page, kind) {
  return page.evaluate(async (wanted) => {
    const entries = await window.seen.stats('inbound-rtp');
    return entries.filter((entry) => entry.kind === wanted);
  }, kind);
}

/** Statistics of what goes out, of one kind. */
export function outbound(page, kind) {
  return page.evaluate(async (wanted) => {
    const entries = await window.seen.stats('outbound-rtp');
    return entries.filter((entry) => entry.kind === wanted);
  }, kind);
}

/** What the browser believes its way up can carry, in bits per second. */
export function availableOutgoing(page) {
  return page.evaluate(async () => {
    const pairs = await window.seen.stats('candidate-pair');
    return Math.max(0, ...pairs.map((pair) => pair.availableOutgoingBitrate ?? 0));
  });
}
