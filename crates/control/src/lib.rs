//! Sessions, rooms and workers as sans-IO state machines
