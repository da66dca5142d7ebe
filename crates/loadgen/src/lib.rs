//! Many clients on real sockets
