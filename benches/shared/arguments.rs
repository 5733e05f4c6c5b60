//! What a bench of several rows is told: `[ROUNDS] [ROW...]`.

use crate::Result;

/// How many rounds, and which rows: all where none is named.
///
/// # Errors
/// For no round at all, and for a name that no row has.
pub fn read<'a, R>(
    arguments: &[String],
    rounds: usize,
    rows: &[&'a R],
    name: impl Fn(&R) -> &str,
) -> Result<(usize, Vec<&'a R>)> {
    let (rounds, names) = match arguments.split_first() {
        Some((first, rest)) if first.parse::<usize>().is_ok() => (first.parse()?, rest),
        _ => (rounds, arguments),
    };
    if rounds == 0 {
        return Err("at least one round is needed".into());
    }
    if let Some(unknown) = names.iter().find(|wanted| rows.iter().all(|row| name(row) != **wanted)) {
        let known: Vec<_> = rows.iter().map(|row| name(row)).collect();
        return Err(format!("no row of the name {unknown}. There is: {}", known.join(", ")).into());
    }
    let is_wanted = |row: &&&R| names.is_empty() || names.iter().any(|wanted| wanted == name(row));
    Ok((rounds, rows.iter().filter(is_wanted).copied().collect()))
}
