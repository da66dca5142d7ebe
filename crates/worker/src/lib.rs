//! One core's world: composes transport, congestion and forwarding
