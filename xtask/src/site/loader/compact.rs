//! The loader in fewer words. It has some hundred pieces, each with a function of its own and all that it needs by name: a fifth
//! of the script in brotli says the same again and again.

use std::fmt::Write as _;

/// What the short forms mean: a piece of a pack or a file, and chunks by their numbers, the first and the last of those that follow
/// each other.
pub(super) const SHORT: &str = "\
const chunks = [];
const of = (text) => text === \"\" ? [] : text.split(\" \").flatMap((range) => {
    const [first, last] = range.split(\"-\").map(Number);
    return chunks.slice(first, (last ?? first) + 1);
});
const load = (ask, deps) => makeLoad(() => {
    const src = ask();
    src.catch(() => {});
    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));
}, deps);
const part = (pack, from, length, deps) => load(() => piece(names[pack], from, from + length), deps);
";

/// How the splitter writes what loads one file, in lines.
const OPENS: &str = "makeLoad(() => {";
const BODY: [&str; 3] = [
    "    src.catch(() => {});",
    "    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));",
    "}",
];

/// The script in the short forms. What is written in another way than is known stays as it is.
pub(super) fn compact(script: &str) -> String {
    let lines: Vec<&str> = script.lines().collect();
    let mut out = String::with_capacity(script.len() / 2);
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if let Some(short) = line.strip_suffix(OPENS).and_then(|head| block(head, &lines[at + 1..])) {
            out += &short;
            at += 2 + BODY.len();
        } else if !(line.starts_with("/*") && line.ends_with("*/")) {
            // Comments tell which parts share a chunk.
            out += line;
            out.push('\n');
        }
        at += 1;
    }
    out
}

/// A block in its short form: what stands before it, and the lines after its first one.
fn block(head: &str, lines: &[&str]) -> Option<String> {
    let [source, rest @ ..] = lines else { return None };
    let source = source.strip_prefix("    const src = ")?.strip_suffix(';')?;
    (rest.get(..BODY.len())? == BODY).then_some(())?;
    let needs = rest.get(BODY.len())?.strip_prefix(", [")?;
    let (needs, tail) = needs.split_once(']')?;
    let head = match head.strip_prefix("const __chunk_").and_then(|rest| rest.strip_suffix(" = ")) {
        Some(number) => format!("chunks[{number}] = "),
        None => head.to_owned(),
    };
    let needs = ranges(needs)?;
    Some(match piece(source) {
        Some((pack, from, to)) => {
            format!("{head}part(\"{pack}\", {from}, {}, of(\"{needs}\"){tail}\n", to.checked_sub(from)?)
        }
        None => format!("{head}load(() => {source}, of(\"{needs}\"){tail}\n"),
    })
}

/// The short name of a pack, and where in it a piece lies.
fn piece(source: &str) -> Option<(&str, usize, usize)> {
    let mut arguments = source.strip_prefix("piece(\"./")?.strip_suffix(')')?.split(", ");
    let pack = short_name(arguments.next()?.strip_suffix('"')?);
    let (from, to) = (arguments.next()?.parse().ok()?, arguments.next()?.parse().ok()?);
    Some((pack, from, to))
}

/// A pack without the hash of its content.
pub(super) fn short_name(pack: &str) -> &str {
    pack.split_once('.').map_or(pack, |(name, _)| name)
}

/// `__chunk_3, __chunk_4, __chunk_7` as `3-4 7`.
fn ranges(needs: &str) -> Option<String> {
    let names = needs.split(", ").filter(|name| !name.is_empty());
    let numbers = names.map(|name| name.strip_prefix("__chunk_")?.parse().ok());
    let numbers: Vec<u32> = numbers.collect::<Option<_>>()?;
    let mut text = String::new();
    for run in numbers.chunk_by(|one, next| one + 1 == *next) {
        if let [first, .., last] = run {
            // Writing to a String can't fail.
            let _ = write!(text, " {first}-{last}");
        } else {
            let _ = write!(text, " {}", run[0]);
        }
    }
    Some(text.trim_start().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loads(source: &str) -> String {
        format!(
            "{OPENS}\n    const src = {source};\n{}\n{}\n{}\n, [__chunk_3, __chunk_4, __chunk_7, ])",
            BODY[0], BODY[1], BODY[2]
        )
    }

    #[test]
    fn what_loads_a_piece_is_one_line() {
        let script = format!(
            "/* alerts, board */\nconst __chunk_9 = {};\nexport const __load_a = wrapAsyncCb({});\nconst other = 1;\n",
            loads("piece(\"./common.12ab.bin\", 10, 15)"),
            loads("fetch(new URL(\"./a.wasm\", import.meta.url))"),
        );
        assert_eq!(
            compact(&script),
            "chunks[9] = part(\"common\", 10, 5, of(\"3-4 7\"));\n\
             export const __load_a = wrapAsyncCb(load(() => fetch(new URL(\"./a.wasm\", import.meta.url)), of(\"3-4 7\")));\n\
             const other = 1;\n"
        );
    }

    #[test]
    fn what_is_not_known_stays() {
        let script = format!("const a = {OPENS}\n    const src = b;\n}}\n, [c]);\n");
        assert_eq!(compact(&script), script);
    }
}
