//! Our side's credentials. The ufrag says which worker owns the line.

use rand::Rng;
use switchyard_vocab::ids::WorkerId;
use switchyard_vocab::line::IceCredentials;

/// Digits of the worker's number at the head of a ufrag.
const WORKER_DIGITS: usize = 2;
/// Random characters behind them: 96 bits, so that a stranger cannot guess one and be answered.
const UFRAG_RANDOM: usize = 16;
/// Length of our ufrags.
pub const UFRAG_LEN: usize = WORKER_DIGITS + UFRAG_RANDOM;
/// Length of our passwords: 144 bits; RFC 8445 §5.3 asks for 128.
pub const PWD_LEN: usize = 24;

/// The characters that ICE allows (RFC 8839 §5.4): 64 of them, so one is six bits.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// New credentials for a line of `worker`. The generator must be fit for keys.
///
/// A ufrag is the worker's number in two hexadecimal digits and 16 random characters.
pub fn issue_credentials<R: Rng>(rng: &mut R, worker: WorkerId) -> IceCredentials {
    let mut ufrag = format!("{:02x}", worker.0);
    push_random(rng, &mut ufrag, UFRAG_RANDOM);
    let mut pwd = String::with_capacity(PWD_LEN);
    push_random(rng, &mut pwd, PWD_LEN);
    IceCredentials { ufrag, pwd }
}

fn push_random<R: Rng>(rng: &mut R, text: &mut String, count: usize) {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    text.extend(bytes.iter().take(count).map(|byte| char::from(ALPHABET[usize::from(byte % 64)])));
}

/// The worker that issued `ufrag`; `None` when it is none of ours.
pub fn worker_of(ufrag: &str) -> Option<WorkerId> {
    let digits = ufrag.get(..WORKER_DIGITS)?;
    let is_ours =
        ufrag.len() == UFRAG_LEN && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_ours.then(|| u8::from_str_radix(digits, 16).ok().map(WorkerId)).flatten()
}

#[cfg(test)]
mod tests;
