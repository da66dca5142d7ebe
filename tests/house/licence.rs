//! Licence expressions (SPDX 2.3, annex D): may a package be used under a set of allowed licences?

/// Whether some way of reading `expression` needs only licences in `allowed`.
///
/// The old spelling with a slash means `OR`. An expression that cannot be read is not allowed.
pub fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (answer, rest) = any_of(&words, allowed);
    answer && rest.is_empty()
}

/// `term OR term …`. Returns the answer and what is left over.
fn any_of<'w>(words: &'w [&'w str], allowed: &[&str]) -> (bool, &'w [&'w str]) {
    let (mut answer, mut rest) = all_of(words, allowed);
    while let Some(("OR", tail)) = rest.split_first().map(|(word, tail)| (*word, tail)) {
        let (next, left) = all_of(tail, allowed);
        (answer, rest) = (answer || next, left);
    }
    (answer, rest)
}

/// `factor AND factor …`.
fn all_of<'w>(words: &'w [&'w str], allowed: &[&str]) -> (bool, &'w [&'w str]) {
    let (mut answer, mut rest) = factor(words, allowed);
    while let Some(("AND", tail)) = rest.split_first().map(|(word, tail)| (*word, tail)) {
        let (next, left) = factor(tail, allowed);
        (answer, rest) = (answer && next, left);
    }
    (answer, rest)
}

/// A licence's name, or an expression in brackets.
fn factor<'w>(words: &'w [&'w str], allowed: &[&str]) -> (bool, &'w [&'w str]) {
    match words.split_first() {
        Some((&"(", inner)) => {
            let (answer, rest) = any_of(inner, allowed);
            match rest.split_first() {
                Some((&")", rest)) => (answer, rest),
                _ => (false, rest),
            }
        }
        Some((name, rest)) => (allowed.contains(name), rest),
        None => (false, words),
    }
}

#[cfg(test)]
mod tests;
