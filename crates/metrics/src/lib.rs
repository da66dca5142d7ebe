//! The catalogue of metrics and the collector that exports them
