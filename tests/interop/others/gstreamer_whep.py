"""Plays H265 by WHEP with GStreamer's webrtcbin, and says how many pictures it has decoded, and how large they were.

usage: gstreamer_whep.py URL SECONDS CERTIFICATE
CERTIFICATE is the file that gstreamer.py needs.
(Debian: what gstreamer_whip.py needs, and gstreamer1.0-libde265 of the bad plugins)
"""

import json
import sys

from gstreamer import GLib, Gst, GstWebRTC, Session

url, seconds, certificate = sys.argv[1], int(sys.argv[2]), sys.argv[3]
pipeline = Gst.Pipeline.new()
webrtc = Gst.ElementFactory.make("webrtcbin")
Gst.util_set_object_arg(webrtc, "bundle-policy", "max-bundle")
loop = GLib.MainLoop()
seen = {"frames": 0, "size": None}
CAPS = "application/x-rtp,media=video,encoding-name=H265,payload=96,clock-rate=90000,rtcp-fb-nack-pli=true"


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


session = Session(pipeline, webrtc, url, certificate)
pipeline.add(webrtc)
webrtc.connect("pad-added", on_pad)
receives = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
webrtc.emit("add-transceiver", receives, Gst.Caps.from_string(CAPS))
pipeline.set_state(Gst.State.PLAYING)
GLib.timeout_add_seconds(seconds, loop.quit)
loop.run()

print(json.dumps({**seen, "deleted": session.delete()}))
pipeline.set_state(Gst.State.NULL)
