"""A small client of the native dialect (docs/protocol/native.md) on aiortc: an example to begin with.

It joins a room, publishes a tone and a moving picture, receives what others publish and counts the frames it decodes, says
something to the others, mutes and unmutes, and leaves. What came of it is printed as one line of JSON.

usage: native_client.py URL [--room ROOM] [--identity IDENTITY] [--token TOKEN] [--seconds N] [--verbose]
       with a URL such as ws://127.0.0.1:7880/v1/connect     (needs aiortc and aiohttp)
"""

import argparse
import asyncio
import fractions
import json
import math
import struct
import sys
import time

import aiohttp
import av
from aiortc import (AudioStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription,
                    VideoStreamTrack)
from aiortc.mediastreams import MediaStreamError


class Tone(AudioStreamTrack):
    """440 Hz, in frames of 20 ms."""

    began, samples = None, 0

    async def recv(self):
        self.began = self.began or time.monotonic()
        await asyncio.sleep(self.began + self.samples / 48000 - time.monotonic())
        wave = (int(8000 * math.sin(2 * math.pi * 440 * (self.samples + n) / 48000)) for n in range(960))
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        frame.planes[0].update(struct.pack("<960h", *wave))
        frame.pts, frame.sample_rate, frame.time_base = self.samples, 48000, fractions.Fraction(1, 48000)
        self.samples += 960
        return frame


class Stripes(VideoStreamTrack):
    """Grey stripes that move, 320x240."""

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame(320, 240, "yuv420p")
        row = bytes((n + pts // 3000) % 64 * 3 + 16 for n in range(frame.planes[0].line_size))
        frame.planes[0].update(row * 240)
        for plane in frame.planes[1:]:
            plane.update(b"\x80" * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base
        return frame


class Refused(Exception):
    """The server refused something, or did not understand it."""


class Ended(Exception):
    """The session is over."""


def connection():
    # The server is reached directly, so no STUN server is asked. The bundle policy is left alone: with MAX_BUNDLE,
    # aiortc forgets the candidates, which stand on the first m-line only.
    return RTCPeerConnection(RTCConfiguration(iceServers=[]))


class Session:
    def __init__(self, log=lambda text: None):
        self.log, self.began, self.seconds = log, time.monotonic(), {}
        self.requests, self.last_id, self.tasks = {}, 0, set()
        self.ended = None
        self.participants = {}  # identity -> {number of publication: what is known of it}
        self.published = {}     # source -> number of publication
        self.carried = {}       # mid of the subscribe connection -> number of publication
        self.decoded = {"audio": 0, "video": 0}
        self.messages = []
        self.publish = self.subscribe = None
        self.offers, self.played = asyncio.Queue(), set()

    # The WebSocket

    async def connect(self, url, **query):
        query = {name: value for name, value in query.items() if value is not None}
        self.http = aiohttp.ClientSession()
        try:
            self.socket = await self.http.ws_connect(url, params=query)
        except aiohttp.WSServerHandshakeError as error:
            # Why is in the body, which the library hides. The same URL by HTTP gives the same answer.
            async with self.http.get(url.replace("ws", "http", 1), params=query) as answer:
                why = (await answer.json())["error"]
            await self.http.close()
            raise Refused(f"HTTP {error.status} {why['code']}: {why['message']}") from None
        self.reader = asyncio.create_task(self.read())
        self.spawn(self.answer_offers())

    def spawn(self, work):
        async def run():
            try:
                await work
            except (Refused, Ended, ConnectionError) as error:
                self.log(f"{type(error).__name__}: {error}")

        task = asyncio.create_task(run())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def read(self):
        async for frame in self.socket:
            if frame.type == aiohttp.WSMsgType.TEXT:
                self.log(f"{time.monotonic() - self.began:7.3f} < {frame.data}")
                message = json.loads(frame.data)
                self.hear(message)
                answered = self.requests.pop(message.get("in_reply_to"), None)
                if answered and not answered.done():
                    answered.set_result(message)
        self.ended = {"reason": None, **(self.ended or {}), "code": self.socket.close_code}
        for request in self.requests.values():
            request.set_exception(Ended(str(self.ended)))

    async def request(self, kind, **fields):
        """Says something and waits for the answer."""
        if self.ended:
            raise Ended(str(self.ended))
        self.last_id += 1
        answered = self.requests[self.last_id] = asyncio.get_running_loop().create_future()
        text = json.dumps({"id": self.last_id, "type": kind, **fields})
        self.log(f"{time.monotonic() - self.began:7.3f} > {text}")
        await self.socket.send_str(text)
        answer = await answered
        if answer["type"] == "error" and "retry_after_ms" in answer:
            await asyncio.sleep(answer["retry_after_ms"] / 1000)
            return await self.request(kind, **fields)
        if answer["type"] in ("refused", "error"):
            raise Refused(f"{kind}: {answer['code']}: {answer['message']}")
        return answer

    def hear(self, message):
        kind, who = message["type"], self.participants
        self.note(kind)
        if kind == "joined":
            for participant in message["participants"]:
                who[participant["identity"]] = {one["id"]: one for one in participant["publications"]}
        elif kind == "participant_joined":
            participant = message["participant"]
            who[participant["identity"]] = {one["id"]: one for one in participant["publications"]}
        elif kind == "participant_left":
            who.pop(message["identity"], None)
        elif kind == "publication_added":
            who[message["identity"]][message["publication"]["id"]] = message["publication"]
        elif kind == "publication_removed":  # of our own it says `why`
            who.get(message["identity"], {}).pop(message["publication"], None)
        elif kind == "publication_muted":  # everybody is told, we of our own as well
            who.get(message["identity"], {}).get(message["publication"], {})["muted"] = message["muted"]
        elif kind == "message":
            self.messages.append([message["from"], message["text"]])
        elif kind == "offer":
            self.offers.put_nowait(message)
        elif kind == "connection_changed" and message["state"] == "ended":
            self.spawn(self.replace(message["connection"]))
        elif kind == "ended":
            self.ended = message

    def note(self, event):
        self.seconds.setdefault(event, round(time.monotonic() - self.began, 3))

    async def stay(self, seconds):
        await asyncio.wait([self.reader], timeout=seconds)
        if self.ended:
            raise Ended(str(self.ended))

    # Publishing: we offer

    async def publish_tracks(self, *tracks):
        """Publishes (source, track) pairs by a new connection."""
        self.tracks, self.publish = tracks, connection()
        sent = [(source, self.publish.addTransceiver(track, direction="sendonly")) for source, track in tracks]
        await self.publish.setLocalDescription(await self.publish.createOffer())
        named = [{"mid": transceiver.mid, "source": source} for source, transceiver in sent]
        answer = await self.request("offer", sdp=self.publish.localDescription.sdp, tracks=named)
        await self.publish.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        numbers = {one["mid"]: one.get("publication") for one in answer["publications"]}
        self.published = {source: numbers[transceiver.mid] for source, transceiver in sent}

    # Subscribing: the server offers

    async def answer_offers(self):
        while True:
            offer = await self.offers.get()
            while not self.offers.empty():  # an older one may be left out
                offer = self.offers.get_nowait()
            self.subscribe = self.subscribe or connection()
            await self.subscribe.setRemoteDescription(RTCSessionDescription(offer["sdp"], "offer"))
            await self.subscribe.setLocalDescription(await self.subscribe.createAnswer())
            self.carried = {one["mid"]: one["publication"] for one in offer["subscriptions"]}
            for transceiver in self.subscribe.getTransceivers():
                if transceiver.receiver.track not in self.played:
                    self.played.add(transceiver.receiver.track)
                    self.spawn(self.play(transceiver))
            # Not waited for: offers are read on while the answer is under way.
            answer = self.subscribe.localDescription.sdp
            self.spawn(self.request("answer", offer=offer["offer"], sdp=answer))

    async def play(self, transceiver):
        try:
            while True:
                await transceiver.receiver.track.recv()
                if transceiver.mid in self.carried:
                    self.decoded[transceiver.kind] += 1
                    self.note(f"first {transceiver.kind}")
        except MediaStreamError:
            self.played.discard(transceiver.receiver.track)

    async def replace(self, ended):
        """Makes a connection anew that the server has given up. This is also what is left to do where a library,
        as this one, can't restart ICE."""
        if ended == "publish":
            await self.publish.close()
            await self.publish_tracks(*self.tracks)
        else:
            if self.subscribe:
                await self.subscribe.close()
            self.subscribe = None
            await self.request("restart_ice")

    # The end

    async def leave(self):
        if not self.ended:
            self.spawn(self.request("leave"))
        await asyncio.wait([self.reader], timeout=5)
        for task in list(self.tasks):
            task.cancel()
        for one in filter(None, (self.publish, self.subscribe)):
            await one.close()
        await self.http.close()


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("url")
    for name in ("--room", "--identity", "--token"):
        options.add_argument(name)
    options.add_argument("--seconds", type=float, default=15)
    options.add_argument("--verbose", action="store_true")
    options = options.parse_args()

    session = Session((lambda text: print(text, file=sys.stderr)) if options.verbose else lambda text: None)
    try:
        await session.connect(options.url, room=options.room, identity=options.identity, token=options.token)
    except Refused as refused:
        sys.exit(str(refused))
    failure = None
    try:
        await session.request("join")
        await session.publish_tracks(("microphone", Tone()), ("camera", Stripes()))
        await session.stay(options.seconds / 3)
        await session.request("message", text="Hello!")
        await session.request("mute", publication=session.published["microphone"], muted=True)
        await session.stay(options.seconds / 3)
        await session.request("mute", publication=session.published["microphone"], muted=False)
        await session.stay(options.seconds / 3)
    except (Refused, Ended) as error:
        failure = str(error)
    await session.leave()
    print(json.dumps({"decoded": session.decoded, "messages": session.messages, "ended": session.ended,
                      "seconds": session.seconds}))
    sys.exit(failure)


if __name__ == "__main__":
    asyncio.run(main())
