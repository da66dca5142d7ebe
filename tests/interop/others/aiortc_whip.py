"""Publishes by WHIP and plays by WHEP with aiortc, and says how many frames were decoded.

usage: aiortc_whip.py SERVER ROOM SECONDS     (needs aiortc)
"""

import asyncio
import json
import sys
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack


def ask(method, url, body=None):
    headers = {"Content-Type": "application/sdp"} if body else {}
    request = urllib.request.Request(url, body and body.encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=15) as answer:
        return answer.status, answer.headers, answer.read().decode()


async def connect(connection, server, path):
    """Offers, and gives back the URL of the session."""
    await connection.setLocalDescription(await connection.createOffer())
    offer = connection.localDescription.sdp
    loop = asyncio.get_running_loop()
    _, headers, answer = await loop.run_in_executor(None, ask, "POST", server + path, offer)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    return server + headers["Location"]


async def main(server, room, seconds):
    encoder = RTCPeerConnection()
    encoder.addTransceiver(AudioStreamTrack(), direction="sendonly")
    encoder.addTransceiver(VideoStreamTrack(), direction="sendonly")
    published = await connect(encoder, server, f"/v1/whip/{room}?identity=encoder")

    decoded = {"audio": 0, "video": 0}
    player = RTCPeerConnection()

    @player.on("track")
    def on_track(track):
        async def count():
            while True:
                try:
                    await track.recv()
                except MediaStreamError:
                    return
                decoded[track.kind] += 1

        asyncio.ensure_future(count())

    player.addTransceiver("audio", direction="recvonly")
    player.addTransceiver("video", direction="recvonly")
    played = await connect(player, server, f"/v1/whep/{room}/encoder?identity=player")

    await asyncio.sleep(float(seconds))
    loop = asyncio.get_running_loop()
    deleted = [(await loop.run_in_executor(None, ask, "DELETE", url))[0] for url in (played, published)]
    print(json.dumps({"decoded": decoded, "deleted": deleted, "state": player.connectionState}))
    await player.close()
    await encoder.close()


asyncio.run(main(*sys.argv[1:]))
