// Session descriptions of clients that have no media, cut down to what counts.

/** What belongs to one client's end of a connection. */
function line(number) {
  const digest = Array(32).fill((number % 256).toString(16).padStart(2, '0').toUpperCase()).join(':');
  return [`a=ice-ufrag:c${String(number).padStart(5, '0')}`, `a=ice-pwd:${String(number).padStart(24, '0')}`, `a=fingerprint:sha-256 ${digest}`];
}

/** An offer of one microphone, on MID 0. */
export function offer(number) {
  return `${[
    'v=0', 'o=- 4611686018427387904 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'a=extmap-allow-mixed',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0', ...line(number), 'a=setup:actpass', 'a=mid:0',
    'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid', 'a=sendonly', 'a=rtcp-mux', 'a=rtcp-rsize',
    'a=rtpmap:111 opus/48000/2', 'a=rtcp-fb:111 transport-cc', 'a=fmtp:111 minptime=10;useinbandfec=1',
  ].join('\r\n')}\r\n`;
}

/** An answer that takes everything that is offered. */
export function answer(sdp, number) {
  const theirs = /^a=(ice-|fingerprint|candidate|end-of|ssrc|msid|setup)/;
  const lines = sdp.split('\r\n').filter((one) => one && !theirs.test(one)).flatMap((one) => {
    if (one === 'a=sendonly') return ['a=recvonly'];
    return one.startsWith('a=mid:') ? [one, ...line(number), 'a=setup:active'] : [one];
  });
  return `${lines.join('\r\n')}\r\n`;
}
