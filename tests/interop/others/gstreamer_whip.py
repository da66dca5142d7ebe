"""Publishes a picture in VP8 or H265, and Opus, by WHIP with GStreamer's webrtcbin, until it is told to stop.

usage: gstreamer_whip.py URL SECONDS CERTIFICATE [VP8|H265]
CERTIFICATE holds an EC key and its certificate (PEM): webrtcbin makes RSA ones, which the server refuses.
(Debian: python3-gi, gir1.2-gst-plugins-bad-1.0, gstreamer1.0-plugins-bad, gstreamer1.0-nice)
"""

import hashlib
import json
import re
import ssl
import sys
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

url, seconds, certificate = sys.argv[1], int(sys.argv[2]), open(sys.argv[3]).read()
Gst.init(None)
CODEC = sys.argv[4] if len(sys.argv) > 4 else "VP8"
ENCODERS = {
    "VP8": "vp8enc deadline=1 target-bitrate=300000 keyframe-max-dist=30 ! rtpvp8pay pt=96 picture-id-mode=2",
    "H265": "x265enc speed-preset=ultrafast tune=zerolatency bitrate=300 key-int-max=30 "
            "! video/x-h265,profile=main ! h265parse ! rtph265pay pt=96 config-interval=-1 aggregate-mode=zero-latency",
}
VIDEO = (
    "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=180,framerate=15/1 "
    f"! {ENCODERS[CODEC]} "
    f"! application/x-rtp,media=video,encoding-name={CODEC},payload=96,clock-rate=90000"
)
AUDIO = (
    "audiotestsrc is-live=true ! opusenc ! rtpopuspay pt=97 "
    "! application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,encoding-params=(string)2"
)
pipeline = Gst.parse_launch(f"webrtcbin name=webrtc bundle-policy=max-bundle {VIDEO} ! webrtc. {AUDIO} ! webrtc.")
webrtc = pipeline.get_by_name("webrtc")
loop = GLib.MainLoop()
session = []


def use_certificate(_bin, _parent, element):
    if element.get_factory() and element.get_factory().get_name() == "dtlssrtpdec":
        element.set_property("pem", certificate)


def fingerprint():
    end = "-----END CERTIFICATE-----"
    pem = certificate[certificate.index("-----BEGIN CERT"):certificate.index(end) + len(end)]
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    return ":".join(digest[place:place + 2] for place in range(0, 64, 2))


def on_negotiation_needed(element):
    def offered(promise, *_):
        promise.wait()
        # The offer dies with the reply it came in.
        reply = promise.get_reply()
        element.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())

    element.emit("create-offer", None, Gst.Promise.new_with_change_func(offered))


def on_gathering(*_):
    complete = GstWebRTC.WebRTCICEGatheringState.COMPLETE
    if webrtc.get_property("ice-gathering-state") == complete:
        GLib.idle_add(publish)


def publish():
    if session:
        return
    offer = webrtc.get_property("local-description").sdp.as_text()
    offer = re.sub(r"a=fingerprint:sha-256 \S+", "a=fingerprint:sha-256 " + fingerprint(), offer)
    request = urllib.request.Request(url, offer.encode(), {"Content-Type": "application/sdp"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        session.append(urllib.parse.urljoin(url, answer.headers["Location"]))
        text = answer.read().decode()
    _, message = GstSdp.SDPMessage.new_from_text(text)
    answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
    webrtc.emit("set-remote-description", answer, Gst.Promise.new())
    for line in text.splitlines():
        if line.startswith("a=candidate"):
            webrtc.emit("add-ice-candidate", 0, line[2:])


pipeline.connect("deep-element-added", use_certificate)
webrtc.connect("on-negotiation-needed", on_negotiation_needed)
webrtc.connect("notify::ice-gathering-state", on_gathering)
pipeline.set_state(Gst.State.PLAYING)
GLib.timeout_add_seconds(seconds, loop.quit)
loop.run()

state = webrtc.get_property("connection-state").value_nick
deleted = urllib.request.urlopen(urllib.request.Request(session[0], method="DELETE"), timeout=10).status
print(json.dumps({"state": state, "deleted": deleted}))
pipeline.set_state(Gst.State.NULL)
