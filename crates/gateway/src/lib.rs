//! The signalling gateway: HTTP and WebSocket shell with its dialects
