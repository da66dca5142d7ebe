"""What publishing and playing with GStreamer's webrtcbin have in common: a certificate, and one offer by HTTP.

The certificate is a file with an EC key and its certificate (PEM): webrtcbin makes RSA ones, which the server refuses.
"""

import hashlib
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402,F401

Gst.init(None)


class Session:
    """A webrtcbin that offers to a WHIP or WHEP endpoint as soon as it has gathered its candidates."""

    def __init__(self, pipeline, webrtc, url, certificate_file):
        self.webrtc = webrtc
        self.url = url
        self.resource = None
        with open(certificate_file) as file:
            self.certificate = file.read()
        pipeline.connect("deep-element-added", self._use_certificate)
        webrtc.connect("on-negotiation-needed", on_negotiation_needed)
        webrtc.connect("notify::ice-gathering-state", self._on_gathering)

    def _use_certificate(self, _bin, _parent, element):
        if element.get_factory() and element.get_factory().get_name() == "dtlssrtpdec":
            element.set_property("pem", self.certificate)

    def _fingerprint(self):
        end = "-----END CERTIFICATE-----"
        pem = self.certificate[self.certificate.index("-----BEGIN CERT"):self.certificate.index(end) + len(end)]
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
        return ":".join(digest[place:place + 2] for place in range(0, 64, 2))

    def _on_gathering(self, *_):
        if self.webrtc.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            GLib.idle_add(self._offer)

    def _offer(self):
        if self.resource:
            return False
        offer = self.webrtc.get_property("local-description").sdp.as_text()
        offer = re.sub(r"a=fingerprint:sha-256 \S+", "a=fingerprint:sha-256 " + self._fingerprint(), offer)
        request = urllib.request.Request(self.url, offer.encode(), {"Content-Type": "application/sdp"})
        try:
            answer = urllib.request.urlopen(request, timeout=20)
        except urllib.error.HTTPError as refused:
            # Whoever publishes is not there yet.
            return refused.code in (404, 409)
        with answer:
            self.resource = urllib.parse.urljoin(self.url, answer.headers["Location"])
            self._take(answer.read().decode())
        return False

    def _take(self, text):
        _, message = GstSdp.SDPMessage.new_from_text(text)
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        self.webrtc.emit("set-remote-description", answer, Gst.Promise.new())
        for line in text.splitlines():
            if line.startswith("a=candidate"):
                self.webrtc.emit("add-ice-candidate", 0, line[2:])

    def delete(self):
        """Ends it. The status that the server answers with."""
        return urllib.request.urlopen(urllib.request.Request(self.resource, method="DELETE"), timeout=10).status


def on_negotiation_needed(element):
    def offered(promise, *_):
        promise.wait()
        # The offer dies with the reply it came in.
        reply = promise.get_reply()
        element.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())

    element.emit("create-offer", None, Gst.Promise.new_with_change_func(offered))
