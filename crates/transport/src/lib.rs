//! One peer's line: reachable by ICE, secret by DTLS and SRTP
