"""Publishes a picture in VP8 or H265, and Opus, by WHIP with GStreamer's webrtcbin, until it is told to stop.

usage: gstreamer_whip.py URL SECONDS CERTIFICATE [VP8|H265]
CERTIFICATE is the file that gstreamer.py needs.
(Debian: python3-gi, gir1.2-gst-plugins-bad-1.0, gstreamer1.0-plugins-bad, gstreamer1.0-nice)
"""

import json
import sys

from gstreamer import GLib, Gst, Session

url, seconds, certificate = sys.argv[1], int(sys.argv[2]), sys.argv[3]
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
session = Session(pipeline, webrtc, url, certificate)
pipeline.set_state(Gst.State.PLAYING)
GLib.timeout_add_seconds(seconds, loop.quit)
loop.run()

state = webrtc.get_property("connection-state").value_nick
print(json.dumps({"state": state, "deleted": session.delete()}))
pipeline.set_state(Gst.State.NULL)
