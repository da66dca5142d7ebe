//! By what name the API may be called while a secret opens it that everybody knows.
//!
//! A page may have the name that it was loaded by lead to this machine afterwards (DNS rebinding). To its browser it
//! is then of the same origin as the API, and lacks nothing but the secret. So until there is one of the operator's
//! own, the API answers by names alone that nobody else can hold: `localhost`, and addresses.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::problem;
use crate::http_error::HttpError;

/// Turns away whoever calls by the name of somebody's site. Browsers always say by which they call.
pub(super) async fn check(request: Request, next: Next) -> Response {
    if request.headers().get(header::HOST).is_none_or(is_nobodys_site) {
        return next.run(request).await;
    }
    let message = "the development secret opens this API by localhost or by an address alone: a page could have its \
                   own name lead here";
    problem::for_nobody_else(HttpError::new(StatusCode::MISDIRECTED_REQUEST, "other_host", message))
}

fn is_nobodys_site(host: &HeaderValue) -> bool {
    let authority = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| {
        let name = authority.host();
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_and_addresses_are_nobodys_site() {
        for (host, expected) in [
            ("localhost", true),
            ("LocalHost:7980", true),
            ("127.0.0.1:7980", true),
            ("192.0.2.7", true),
            ("[::1]:7980", true),
            ("[2001:db8::1]", true),
            ("evil.example:7980", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example:7980", false),
            ("0x7f.1", false),
            ("", false),
            ("a b", false),
        ] {
            assert_eq!(is_nobodys_site(&HeaderValue::from_str(host).unwrap()), expected, "{host}");
        }
    }
}
