"""Plays H265 by WHEP with GStreamer's webrtcbin, and says how many pictures it has decoded, and how large they were.

usage: gstreamer_whep.py URL SECONDS CERTIFICATE
CERTIFICATE holds an EC key and its certificate (PEM): webrtcbin makes RSA ones, which the server refuses.
(Debian: what gstreamer_whip.py needs, and gstreamer1.0-libde265 of the bad plugins)
"""

import hashlib
import json
import re
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

url, seconds, certificate = sys.argv[1], int(sys.argv[2]), open(sys.argv[3]).read()
Gst.init(None)
pipeline = Gst.Pipeline.new()
webrtc = Gst.ElementFactory.make("webrtcbin")
Gst.util_set_object_arg(webrtc, "bundle-policy", "max-bundle")
loop = GLib.MainLoop()
session = []
seen = {"frames": 0, "size": None}
CAPS = "application/x-rtp,media=video,encoding-name=H265,payload=96,clock-rate=90000,rtcp-fb-nack-pli=true"


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
    if webrtc.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
        GLib.idle_add(play)


def play():
    if session:
        return
    offer = webrtc.get_property("local-description").sdp.as_text()
    offer = re.sub(r"a=fingerprint:sha-256 \S+", "a=fingerprint:sha-256 " + fingerprint(), offer)
    request = urllib.request.Request(url, offer.encode(), {"Content-Type": "application/sdp"})
    try:
        answer = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as refused:
        # The publisher is not there yet.
        return refused.code in (404, 409)
    session.append(urllib.parse.urljoin(url, answer.headers["Location"]))
    text = answer.read().decode()
    _, message = GstSdp.SDPMessage.new_from_text(text)
    answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
    webrtc.emit("set-remote-description", answer, Gst.Promise.new())
    for line in text.splitlines():
        if line.startswith("a=candidate"):
            webrtc.emit("add-ice-candidate", 0, line[2:])


def on_pad(_webrtc, pad):
    if pad.get_direction() != Gst.PadDirection.SRC:
        return
    decoder = Gst.parse_bin_from_description(
        "rtph265depay ! h265parse ! libde265dec ! fakesink name=end signal-handoffs=true sync=false", True
    )
    decoder.get_by_name("end").connect("handoff", on_picture)
    pipeline.add(decoder)
    decoder.sync_state_with_parent()
    pad.link(decoder.get_static_pad("sink"))


def on_picture(_sink, _buffer, pad):
    seen["frames"] += 1
    picture = pad.get_current_caps().get_structure(0)
    seen["size"] = [picture.get_int("width")[1], picture.get_int("height")[1]]


pipeline.connect("deep-element-added", use_certificate)
pipeline.add(webrtc)
webrtc.connect("on-negotiation-needed", on_negotiation_needed)
webrtc.connect("notify::ice-gathering-state", on_gathering)
webrtc.connect("pad-added", on_pad)
receives = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
webrtc.emit("add-transceiver", receives, Gst.Caps.from_string(CAPS))
pipeline.set_state(Gst.State.PLAYING)
GLib.timeout_add_seconds(seconds, loop.quit)
loop.run()

deleted = urllib.request.urlopen(urllib.request.Request(session[0], method="DELETE"), timeout=10).status
print(json.dumps({**seen, "deleted": deleted}))
pipeline.set_state(Gst.State.NULL)
