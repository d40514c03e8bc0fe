//! Patterns of file names, as `rule_files` of Prometheus has them: `*`, `?` and `[...]` within a part of a path
//! (<https://pkg.go.dev/path/filepath#Match>).

use std::path::{Component, Path, PathBuf};

/// The files that a pattern names, sorted. A folder that cannot be read holds none. Blocks.
pub(crate) fn expand(pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in Path::new(pattern).components() {
        found = match part {
            Component::Normal(part) if is_pattern(&part.to_string_lossy()) => {
                let pattern: Vec<char> = part.to_string_lossy().chars().collect();
                found.iter().flat_map(|dir| matching(dir, &pattern)).collect()
            }
            part => found.into_iter().map(|dir| dir.join(part)).collect(),
        };
    }
    found.retain(|path| !is_pattern(pattern) || path.is_file());
    found.sort();
    found
}

/// Whether a text is more than a name.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

fn matching(dir: &Path, pattern: &[char]) -> Vec<PathBuf> {
    let folder = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| fits(pattern, &name.chars().collect::<Vec<_>>())).map(|name| dir.join(name)).collect()
}

fn fits(pattern: &[char], name: &[char]) -> bool {
    match pattern {
        [] => name.is_empty(),
        ['*', rest @ ..] => (0..=name.len()).any(|skip| fits(rest, &name[skip..])),
        ['?', rest @ ..] => !name.is_empty() && fits(rest, &name[1..]),
        ['[', rest @ ..] => {
            let (Some(end), Some(letter)) = (rest.iter().position(|c| *c == ']'), name.first()) else {
                return false;
            };
            let (set, rest) = (&rest[..end], &rest[end + 1..]);
            let (negated, set) = match set {
                ['^', set @ ..] => (true, set),
                set => (false, set),
            };
            in_set(set, *letter) != negated && fits(rest, &name[1..])
        }
        [letter, rest @ ..] => name.first() == Some(letter) && fits(rest, &name[1..]),
    }
}

fn in_set(set: &[char], letter: char) -> bool {
    match set {
        [from, '-', to, rest @ ..] => (*from..=*to).contains(&letter) || in_set(rest, letter),
        [one, rest @ ..] => *one == letter || in_set(rest, letter),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns() {
        let table = [
            ("*.yml", "a.yml", true),
            ("*.yml", "a.yaml", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]*", "bx", true),
            ("[^a-c]*", "bx", false),
            ("[ab]", "b", true),
            ("[ab", "b", false),
            ("**", "anything", true),
        ];
        for (pattern, name, expected) in table {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(fits(&chars(pattern), &chars(name)), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn files_are_found_in_order() {
        let dir = tempfile::tempdir().unwrap();
        for file in ["one/b.yml", "one/a.yml", "two/c.yml", "two/d.txt"] {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let found = |pattern: &str| {
            let found = expand(&dir.path().join(pattern).display().to_string());
            found
                .iter()
                .map(|path| path.strip_prefix(dir.path()).unwrap().display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(found("*/*.yml"), ["one/a.yml", "one/b.yml", "two/c.yml"]);
        assert_eq!(found("none/*.yml"), Vec::<String>::new());
        // What is named must be there: that it is not is told when it is read.
        assert_eq!(found("gone.yml"), ["gone.yml"]);
    }
}
