//! The internal channel bus: lanes named by what may be lost
