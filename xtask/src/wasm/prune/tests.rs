use super::*;

const I32_CONST: u8 = 0x41;

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![id];
    unsigned(&mut out, content.len());
    out.extend_from_slice(content);
    out
}

fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    let mut all = vec![name.len() as u8];
    all.extend_from_slice(name.as_bytes());
    all.extend_from_slice(content);
    section(0, &all)
}

/// Two functions that call each other, with the linker's wide numbers, and a relocation for each call.
fn module() -> Vec<u8> {
    let call = |other: u8| [8, 0, 0x10, 0x80 | other, 0x80, 0x80, 0x80, 0x00, END];
    let code = [[2].as_slice(), &call(1), &call(0)].concat();
    // Function index, its place in the section, the symbol.
    let relocations = [3, 2, 0, 4, 1, 0, 13, 0];
    let names = [1, 16, 2, 0, 5, b'a', b'l', b'i', b'v', b'e', 1, 6, b'd', b'e', b'a', b'd', b'!', b'!'];
    [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, &[1, 0x60, 0, 0]),
        section(3, &[2, 0, 0]),
        section(10, &code),
        custom("name", &names),
        custom("reloc.CODE", &relocations),
        custom("after", b"kept"),
    ]
    .concat()
}

#[test]
fn dead_functions_lose_their_content_and_what_they_refer_to() {
    let before = module();
    let (after, count) = prune(before, &[Rule { symbol: "dead", becomes: &[UNREACHABLE] }]).unwrap();
    assert_eq!(count, 1);
    let (functions, relocations) = read(&after).unwrap();
    let code = |index: usize| &after[functions[index].instructions.clone()];
    assert_eq!(code(0), [0x10, 0x81, 0x80, 0x80, 0x80, 0x00, END]);
    assert_eq!(code(1), [UNREACHABLE, NOP, NOP, NOP, NOP, NOP, END]);
    let relocations = relocations.unwrap();
    assert_eq!((relocations.target, relocations.entries.len()), (3, 1));
    assert!(functions[0].body.contains(&relocations.entries[0].1));
    assert!(after.ends_with(&custom("after", b"kept")));
}

#[test]
fn others_return_what_the_rule_says() {
    let (after, _) = prune(module(), &[Rule { symbol: "dead", becomes: &[I32_CONST, 0] }]).unwrap();
    let (functions, _) = read(&after).unwrap();
    assert_eq!(after[functions[1].instructions.clone()], [I32_CONST, 0, NOP, NOP, NOP, NOP, END]);
}

#[test]
fn a_module_without_dead_functions_stays_as_it_is() {
    assert_eq!(
        prune(module(), &[Rule { symbol: "nothing", becomes: &[UNREACHABLE] }]).unwrap(),
        (module(), 0)
    );
}

#[test]
fn without_relocations_it_says_what_is_amiss() {
    let failure = prune(b"\0asm\x01\0\0\0".to_vec(), &[]).unwrap_err().to_string();
    assert!(failure.contains("--emit-relocs"), "{failure}");
}
