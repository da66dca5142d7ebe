//! Bytes to values and back: RTP, RTCP, STUN, payload descriptors
