//! Who gets what: publications, subscriptions, rewriting, reports
