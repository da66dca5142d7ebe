//! Tokens: whoever has none of the keys gets nowhere.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use switchyard_gateway::auth::{
    AuthConfig, Claims, Credentials, DEVELOPMENT_KEY_ID, DEVELOPMENT_SECRET, Key, MAX_NAME_BYTES, Secret,
    authenticate, mint,
};

const KEY_ID: &str = "tenant";
const SECRET: &str = "a-secret-that-only-these-targets-know";

/// Somewhere beyond the end of any run.
const NEVER: u64 = 1 << 40;

fn config() -> AuthConfig {
    let keys = [(KEY_ID.to_owned(), Key::new(SECRET))].into();
    AuthConfig { keys, allow_identity_without_token: false }
}

/// Shows the bytes as a token. It is believed only with the key's own signature over its own first two
/// parts; what is refused says so in few words.
pub(crate) fn run(bytes: &[u8]) {
    let token = String::from_utf8_lossy(bytes).into_owned();
    let credentials = Credentials { room: None, identity: None, token: Some(token.clone()) };
    match authenticate(&credentials, &config()) {
        Ok(admission) => {
            assert_eq!(admission.pass.tenant.as_str(), KEY_ID);
            assert!(admission.room.as_str().len() <= MAX_NAME_BYTES);
            assert!(is_signed(&token), "believed without a signature: {token}");
        }
        Err(error) => {
            assert!(!error.code().is_empty());
            assert!(error.to_string().len() <= 16 * 1_024);
        }
    }
}

fn is_signed(token: &str) -> bool {
    let Some((said, signature)) = token.rsplit_once('.') else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    base64(hmac::sign(&key, said.as_bytes()).as_ref()) == signature
}

/// URL-safe, without padding (RFC 7515 §2).
pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut word = [0; 4];
        word[1..=chunk.len()].copy_from_slice(chunk);
        let word = u32::from_be_bytes(word);
        for digit in 0..=chunk.len() {
            let six = word >> (18 - 6 * digit) & 0x3f;
            text.push(char::from(ALPHABET[six as usize]));
        }
    }
    text
}

/// A token with any header and any claims, signed rightly with `secret`.
pub(crate) fn signed(header: &str, claims: &str, secret: &str) -> String {
    let said = format!("{}.{}", base64(header.as_bytes()), base64(claims.as_bytes()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = base64(hmac::sign(&key, said.as_bytes()).as_ref());
    format!("{said}.{signature}")
}

/// A good token of another key than these targets check with.
pub(crate) fn good(key_id: &str, secret: &str) -> String {
    let claims =
        Claims { sub: "ada".to_owned(), room: "kitchen".to_owned(), exp: NEVER, ..Claims::default() };
    mint(&claims, key_id, &Secret::new(secret)).expect("it can be signed")
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let header = format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{KEY_ID}"}}"#);
    let none = format!(r#"{{"alg":"none","kid":"{KEY_ID}"}}"#);
    let claims = |rest: &str| format!(r#"{{"sub":"ada","room":"kitchen","exp":{NEVER}{rest}}}"#);
    let unsigned = format!("{}.{}.", base64(none.as_bytes()), base64(claims("").as_bytes()));
    let said = |rest: &str| signed(&header, &claims(rest), SECRET);
    let tokens = [
        good(KEY_ID, SECRET),
        good(DEVELOPMENT_KEY_ID, SECRET),
        unsigned,
        signed(r#"{"alg":"RS256","kid":"tenant"}"#, &claims(""), SECRET),
        signed(r#"{"alg":"HS256"}"#, &claims(""), SECRET),
        said(r#","nbf":99999999999,"iat":1e400"#),
        said(r#","grants":{"publish":["camera"],"admin":true},"caps":{"max_layer":1,"max_bitrate":0}"#),
        said(r#","grants":{"publsh":true}"#),
        said(r#","name":"\u0000","metadata":7,"jti":"x""#),
        signed(&header, &format!(r#"{{"sub":"a","room":"","exp":{}}}"#, now.saturating_sub(99)), SECRET),
        signed(&header, r#"{"sub":["a"],"room":{},"exp":"soon"}"#, SECRET),
    ];
    tokens.map(String::into_bytes).to_vec()
}

/// A token of each kind that opens no door, for a server in development at `now` (in seconds since 1970), with
/// the name of its kind. They are for the room `interop` but where that is what is wrong.
pub fn wrong_tokens(now: u64) -> Vec<(&'static str, String)> {
    let claims = format!(r#"{{"sub":"eve","room":"interop","exp":{}}}"#, now + 3_600);
    let head = |alg: &str, kid: &str| format!(r#"{{"alg":"{alg}","typ":"JWT","kid":"{kid}"}}"#);
    let said = |header: &str, claims: &str| signed(header, claims, DEVELOPMENT_SECRET);
    let usual = head("HS256", DEVELOPMENT_KEY_ID);
    let good = said(&usual, &claims);
    let unsigned = |header: &str| format!("{}.{}.", base64(header.as_bytes()), base64(claims.as_bytes()));
    let cut = good.rsplit_once('.').map_or_else(String::new, |(said, _)| format!("{said}."));
    let swapped = good.replacen('.', &format!("{}.", base64(b" ")), 1);
    let long = said(&usual, &claims.replace('}', &format!(r#","name":"{}"}}"#, "n".repeat(7_000))));
    vec![
        ("garbage", "garbage".to_owned()),
        ("punctuation", "...".to_owned()),
        ("signed with another secret", signed(&usual, &claims, "another-secret-of-more-than-32-bytes")),
        ("unsigned", unsigned(&head("none", DEVELOPMENT_KEY_ID))),
        ("unsigned in capitals", unsigned(&head("NoNe", DEVELOPMENT_KEY_ID))),
        ("cut before its signature", cut),
        ("said to be RS256", said(&head("RS256", DEVELOPMENT_KEY_ID), &claims)),
        ("said to be HS512", said(&head("HS512", DEVELOPMENT_KEY_ID), &claims)),
        ("of an unknown key", said(&head("HS256", "nobody"), &claims)),
        ("of no key", said(r#"{"alg":"HS256"}"#, &claims)),
        ("expired", said(&usual, &format!(r#"{{"sub":"eve","room":"interop","exp":{}}}"#, now - 3_600))),
        ("not yet valid", said(&usual, &claims.replace('}', &format!(r#","nbf":{}}}"#, now + 3_000)))),
        ("without an end", said(&usual, r#"{"sub":"eve","room":"interop"}"#)),
        ("changed in its header", swapped),
        ("over-long", long),
        ("for another room", said(&usual, &claims.replace("interop", "cellar"))),
        ("for another identity", said(&usual, &claims.replace("eve", "adam"))),
        ("of grants nobody knows", said(&usual, &claims.replace('}', r#","grants":{"everything":true}}"#))),
    ]
}
