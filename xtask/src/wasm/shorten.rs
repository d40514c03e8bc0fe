//! Makes what wasm-bindgen writes smaller, for those who only run it.
//!
//! Each function that JavaScript lends the module has a name with a hash, which nothing compresses; both sides can as well call it by a
//! number. Comments and indentation are for readers of the script.

use std::collections::BTreeMap;

use walrus::ModuleConfig;

/// How many digits of a hash such a name ends with.
const HASH: usize = 16;

/// What short names begin with; the first that no name of the script has.
const PREFIXES: [&str; 4] = ["_$", "$_", "i$", "$i_"];

/// Returns the module and its script, smaller.
pub(super) fn shorten(module: &[u8], script: &str) -> walrus::Result<(Vec<u8>, String)> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse(module)?;
    let names = short_names(module.imports.iter().map(|import| import.name.as_str()), script);
    for import in module.imports.iter_mut() {
        if let Some(short) = names.get(&import.name) {
            import.name.clone_from(short);
        }
    }
    Ok((module.emit_wasm(), bare(&renamed(script, &names))))
}

/// Short names for those that end with a hash.
fn short_names<'a>(names: impl Iterator<Item = &'a str>, script: &str) -> BTreeMap<String, String> {
    let Some(prefix) = PREFIXES.into_iter().find(|prefix| !script.contains(prefix)) else {
        return BTreeMap::new();
    };
    let has_hash = |name: &&str| {
        let hash = name.rsplit('_').next().unwrap_or_default();
        hash.len() == HASH && hash.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    let mut long: Vec<&str> = names.filter(has_hash).collect();
    long.sort_unstable();
    long.dedup();
    let short = |(at, name): (usize, &str)| (name.to_owned(), format!("{prefix}{at}"));
    long.into_iter().enumerate().map(short).collect()
}

/// The script with other names. What is a part of a longer name stays.
fn renamed(script: &str, names: &BTreeMap<String, String>) -> String {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$');
    let mut out = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(start) = rest.find(is_name) {
        let (before, from) = rest.split_at(start);
        let (name, behind) = from.split_at(from.find(|letter| !is_name(letter)).unwrap_or(from.len()));
        out.push_str(before);
        out.push_str(names.get(name).map_or(name, String::as_str));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The script without lines that are comments, without indentation and empty lines. Where a text goes over several lines it stays as it
/// is: white space may be a part of it.
fn bare(script: &str) -> String {
    if script.lines().any(|line| line.matches('`').count() % 2 == 1) {
        return script.to_owned();
    }
    let mut out = String::with_capacity(script.len());
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        let starts = !in_comment && line.starts_with("/*");
        // Code may stand behind a comment of one line.
        let left_out = in_comment || (starts && line.find("*/").is_none_or(|end| end + 2 == line.len()));
        if left_out {
            in_comment = !line.ends_with("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use walrus::{FunctionId, Module, ValType};

    use super::*;

    const LONG: &str = "__wbg_name_0123456789abcdef";

    #[test]
    fn both_sides_call_it_by_the_same_short_name() {
        let mut module = Module::default();
        let ty = module.types.add(&[], &[]);
        let (called, _): (FunctionId, _) = module.add_import_func("./a.js", LONG, ty);
        module.add_import_func("./a.js", "__wbg_free", ty);
        module.exports.add("start", called);
        let script = format!(
            "const imports = {{\n    {LONG}: function() {{ return `${{{LONG}}}_x`; }},\n    __wbg_free: {LONG}0,\n}};\n"
        );
        let (short, script) = shorten(&module.emit_wasm(), &script).unwrap();
        assert_eq!(
            script,
            format!(
                "const imports = {{\n_$0: function() {{ return `${{_$0}}_x`; }},\n__wbg_free: {LONG}0,\n}};\n"
            )
        );
        let module = ModuleConfig::new().parse(&short).unwrap();
        let names: Vec<&str> = module.imports.iter().map(|import| import.name.as_str()).collect();
        assert_eq!(names, ["_$0", "__wbg_free"]);
        assert!(module.types.iter().all(|ty| ty.params() == [] as [ValType; 0]));
    }

    #[test]
    fn a_name_of_the_script_is_not_taken() {
        let names = |script: &str| short_names([LONG, "b_0123456789abcdeg", LONG].into_iter(), script);
        assert_eq!(names("x").into_values().collect::<Vec<_>>(), ["_$0"]);
        assert_eq!(names("let _$7;").into_values().collect::<Vec<_>>(), ["$_0"]);
        assert!(names("_$ $_ i$ $i_").is_empty());
    }

    #[test]
    fn comments_and_indentation_go_and_texts_stay() {
        let script = "/**\n * Makes `a`.\n */\nfunction f() {\n    // here\n    return 'a // b'; // c\n\n}\n/* one */\n/** a */ let y;\n";
        assert_eq!(bare(script), "function f() {\nreturn 'a // b'; // c\n}\n/** a */ let y;\n");
        let text = "const a = `\n    b`;\n";
        assert_eq!(bare(text), text);
    }
}
