//! Emulation prevention (H.264 §7.4.1, H.265 §7.4.2): within a unit, 00 00 03 stands for 00 00.

/// Copies the front of `unit` to `out` without the bytes that keep start codes from appearing.
/// What does not fit is left out: it lies behind everything that is read.
pub(in super::super) fn unescape<'o>(unit: &[u8], out: &'o mut [u8]) -> &'o [u8] {
    let mut zeros = 0;
    let mut len = 0;
    for &byte in unit {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        let Some(free) = out.get_mut(len) else { break };
        *free = byte;
        len += 1;
        zeros = if byte == 0 { zeros + 1 } else { 0 };
    }
    out.get(..len).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn only_a_three_behind_two_zeros_is_left_out() {
        let mut out = [0xff; 16];
        let read = unescape(&[0, 0, 3, 1, 3, 0, 3, 0, 0, 3, 0, 0, 3], &mut out);
        assert_eq!(read, [0, 0, 1, 3, 0, 3, 0, 0, 0, 0]);
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        assert_eq!(unescape(&[1, 2, 3], &mut [0; 2]), [1, 2]);
    }
}
