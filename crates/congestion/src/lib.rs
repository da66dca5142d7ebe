//! How much fits: transport-wide feedback, estimation, pacing
