// A NAT between browsers and the server's media port that forgets what it knew.
import { createSocket } from 'node:dgram';

import { media } from './server.mjs';

/** Starts one. Pages opened through `through` reach the server's media port by it. */
export async function startNat() {
  const inside = createSocket('udp4');
  /** The socket outwards of each browser's socket. */
  let outside = new Map();
  const outwards = (from) => {
    const socket = createSocket('udp4');
    socket.on('message', (bytes) => inside.send(bytes, from.port, from.address));
    outside.set(`${from.address}:${from.port}`, socket);
    return socket;
  };
  inside.on('message', (bytes, from) => {
    const socket = outside.get(`${from.address}:${from.port}`) ?? outwards(from);
    socket.send(bytes, media.port, media.address);
  });
  await new Promise((resolve) => { inside.bind(0, '0.0.0.0', resolve); });
  const close = () => {
    outside.forEach((socket) => socket.close());
    outside = new Map();
  };
  return {
    /** Lets a page that is not loaded yet take the NAT for the server. */
    through(page) {
      return page.evaluateOnNewDocument((from, to) => {
        const native = RTCPeerConnection.prototype.setRemoteDescription;
        RTCPeerConnection.prototype.setRemoteDescription = function setRemoteDescription({ type, sdp }) {
          return native.call(this, { type, sdp: sdp.replaceAll(new RegExp(`(a=candidate:\\S+ \\d+ udp \\d+ \\S+) ${from} `, 'gi'), `$1 ${to} `) });
        };
      }, media.port, inside.address().port);
    },
    /** From now on everybody inside has another port outside, and nothing reaches the old ones. */
    rebind: close,
    stop() {
      close();
      inside.close();
    },
  };
}
