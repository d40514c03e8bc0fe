//! Takes out of a module what is compiled into it and not needed.
//!
//! Works on what the linker writes when it keeps relocations: a function that is taken out keeps its place and its length, and
//! loses its content and what it refers to, so everything else in the file stays where it is. What only such functions refer
//! to is then not reached any more, and left out where the module is split. The formats are those of
//! <https://webassembly.github.io/spec/core/binary/> and
//! <https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md>.

use std::collections::HashMap;
use std::ops::Range;

use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::step::{Failure, Result};

/// The instructions by their codes.
const UNREACHABLE: u8 = 0x00;
const NOP: u8 = 0x01;
const END: u8 = 0x0b;

/// What becomes of functions whose symbols contain a text.
pub(super) struct Rule {
    symbol: &'static str,
    becomes: &'static [u8],
}

pub(super) const RULES: [Rule; 1] = [
    // `RenderHtml::hydrate_async` takes over views in steps while they wait for resources. An `AnyView` refers to it for any
    // view that it may hold; `hydrate_body` takes pages over in one go, by `hydrate`. One who calls it after all finds a trap,
    // which the browser tests would meet on every page. Only this way in is closed: what lies behind it may have been merged
    // with other functions of the same content, and is left out where nothing else needs it.
    Rule { symbol: "into_any13hydrate_async17h", becomes: &[UNREACHABLE] },
];

/// A function with a name: where its instructions and its body lie in the file.
struct Function {
    name: String,
    body: Range<usize>,
    instructions: Range<usize>,
}

/// The relocations of the code.
struct Relocations {
    /// The whole section with its head, in the file.
    section: Range<usize>,
    /// The index of the code section.
    target: u32,
    /// For each: where it lies in the file, and the place that it is for.
    entries: Vec<(Range<usize>, usize)>,
}

/// Returns the module with the rules applied, and to how many functions.
pub(super) fn prune(mut module: Vec<u8>, rules: &[Rule]) -> Result<(Vec<u8>, usize)> {
    let (functions, relocations) =
        read(&module).map_err(|error| Failure::new(format!("The module cannot be read: {error}")))?;
    let relocations = relocations.ok_or_else(|| {
        Failure::new(
            "The module has no relocations: frontend/build.rs has to pass --emit-relocs to the linker.",
        )
    })?;
    let mut bodies: Vec<Range<usize>> = Vec::new();
    for function in functions {
        let Some(rule) = rules.iter().find(|rule| function.name.contains(rule.symbol)) else { continue };
        let Some((last, before)) = module[function.instructions].split_last_mut() else { continue };
        let Some((first, rest)) = before.split_at_mut_checked(rule.becomes.len()) else { continue };
        first.copy_from_slice(rule.becomes);
        rest.fill(NOP);
        *last = END;
        bodies.push(function.body);
    }
    let kept: Vec<&Range<usize>> = relocations
        .entries
        .iter()
        .filter(|(_, place)| {
            let before = bodies.partition_point(|body| body.end <= *place);
            !bodies.get(before).is_some_and(|body| body.contains(place))
        })
        .map(|(entry, _)| entry)
        .collect();
    let mut content = Vec::new();
    let name = b"reloc.CODE";
    unsigned(&mut content, name.len());
    content.extend_from_slice(name);
    unsigned(&mut content, relocations.target as usize);
    unsigned(&mut content, kept.len());
    for entry in &kept {
        content.extend_from_slice(&module[(*entry).clone()]);
    }
    let mut section = vec![0];
    unsigned(&mut section, content.len());
    section.extend_from_slice(&content);
    // A section that only later ones follow that have no places of their own in it.
    module.splice(relocations.section, section);
    Ok((module, bodies.len()))
}

fn read(module: &[u8]) -> wasmparser::Result<(Vec<Function>, Option<Relocations>)> {
    let mut imported = 0;
    let mut code = 0;
    let mut places: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    let mut names: HashMap<u32, String> = HashMap::new();
    let mut relocations = None;
    // The end of the section before: where the head of the next begins.
    let mut before = 8;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionStart { range, .. } => code = range.start,
            Payload::CodeSectionEntry(body) => {
                let start = body.get_operators_reader()?.original_position();
                places.push((body.range(), start..body.range().end));
            }
            Payload::CustomSection(custom) => match custom.as_known() {
                KnownCustom::Name(sections) => {
                    for section in sections {
                        if let Name::Function(map) = section? {
                            for naming in map {
                                let naming = naming?;
                                names.insert(naming.index, naming.name.to_owned());
                            }
                        }
                    }
                }
                KnownCustom::Reloc(reader) if custom.name() == "reloc.CODE" => {
                    let entries = reader.entries();
                    let end = entries.range().end;
                    let mut known: Vec<(usize, usize)> = Vec::new();
                    for entry in entries.into_iter_with_offsets() {
                        let (at, entry) = entry?;
                        known.push((at, code + entry.offset as usize));
                    }
                    let ends = known.iter().skip(1).map(|(at, _)| *at).chain([end]);
                    let entries =
                        known.iter().zip(ends).map(|((at, place), end)| (*at..end, *place)).collect();
                    relocations = Some(Relocations {
                        section: before..custom.range().end,
                        target: reader.section_index(),
                        entries,
                    });
                }
                _ => {}
            },
            _ => {}
        }
        if let Some((_, range)) = payload.as_section() {
            before = range.end;
        }
    }
    let function = |(index, (body, instructions)): (usize, (Range<usize>, Range<usize>))| {
        let name =
            u32::try_from(imported + index).ok().and_then(|index| names.remove(&index)).unwrap_or_default();
        Function { name, body, instructions }
    };
    Ok((places.into_iter().enumerate().map(function).collect(), relocations))
}

/// Writes a number in LEB128.
fn unsigned(out: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests;
