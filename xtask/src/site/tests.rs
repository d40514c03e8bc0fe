use std::io::Read;

use tempfile::TempDir;

use super::*;

const SCRIPT: &str = "import * as import1 from \"./__wasm_split.js\"\n\
    import { now } from './snippets/clock-1f/inline0.js';\n\
    const imports = { \"./snippets/clock-1f/inline0.js\": 1 };\n\
    export function hydrate() {}\n\
    export { __wbg_init as default };\n";

fn bundle(script: &str, snippet: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("watchfire_bg.wasm"), b"\0asm").unwrap();
    fs::write(folder.path().join("watchfire.js"), script).unwrap();
    let snippets = folder.path().join("snippets/clock-1f");
    fs::create_dir_all(&snippets).unwrap();
    fs::write(snippets.join("inline0.js"), snippet).unwrap();
    let parts = folder.path().join("parts");
    fs::create_dir(&parts).unwrap();
    fs::write(parts.join("parts.json"), r#"{"share": ["a.wasm", "b.wasm"], "board": ["a.wasm", "c.wasm", "d.wasm"], "site": ["b.wasm", "c.wasm", "d.wasm"]}"#).unwrap();
    let files = [("a.wasm", 40), ("b.wasm", 10), ("c.wasm", 20), ("d.wasm", 30)];
    let loader = files.map(|(file, size)| {
        fs::write(parts.join(file), vec![file.as_bytes()[0]; size]).unwrap();
        format!("export const load_{} = fetch(new URL(\"./{file}\", import.meta.url));\n", &file[..1])
    });
    let loader = loader.concat();
    fs::write(parts.join("__wasm_split.js"), loader).unwrap();
    folder
}

fn listing(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn the_script_starts_the_module_and_finds_its_snippets_under_their_new_names() {
    let bundle = bundle(SCRIPT, "export const now = () => Date.now();\n");
    let site = Site::from_bundle(bundle.path()).unwrap();
    let name = |asset: &str| site.manifest.assets[asset].clone();
    let script = String::from_utf8(site.files[&name("watchfire.js")].clone()).unwrap();
    let (_, script) = script.split_once("})();\n").unwrap();
    let expected = format!(
        "import {{ now }} from './{}';\n\
         const imports = {{ \"./snippets/clock-1f/inline0.js\": 1 }};\n\
         export function hydrate() {{}}\n\
         export {{ __wbg_init as default }};\n\n\
         __wbg_init({{ module_or_path: new URL(\"{}\", import.meta.url) }}).then(() => hydrate());\n",
        name("snippets/clock-1f/inline0.js"),
        name("watchfire.wasm"),
    );
    assert_eq!(script, expected);
}

#[test]
fn files_that_parts_share_lie_together() {
    let bundle = bundle(SCRIPT, "");
    let site = Site::from_bundle(bundle.path()).unwrap();
    let name = |asset: &str| site.manifest.assets[asset].clone();
    assert_eq!(site.manifest.parts["share"], [name("common.bin"), name("panels.bin")]);
    assert_eq!(site.manifest.parts["site"], [name("common.bin"), name("site.bin")]);
    assert_eq!(site.files[&name("site.bin")], [vec![b'd'; 30], vec![b'c'; 20]].concat());
    let script = String::from_utf8(site.files[&name("watchfire.js")].clone()).unwrap();
    assert!(
        script.contains(&format!("const load_c = piece(\"./{}\", 30, 50);", name("site.bin"))),
        "{script}"
    );
}

#[test]
fn a_first_visit_over_its_limit_is_refused() {
    let folder = TempDir::new().unwrap();
    let mut site = Site::default();
    // Pseudo-random bytes do not get smaller.
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    });
    site.add("watchfire.wasm", noise.take(595_000).collect());
    site.write(folder.path(), true).unwrap();
    let failure = site.check_limits(folder.path()).unwrap_err().to_string();
    assert!(failure.contains("first load: share is 595 kB in brotli; the limit is 525 kB"), "{failure}");
}

#[test]
fn what_the_site_can_not_serve_is_refused() {
    let without_hydrate = bundle(&SCRIPT.replace("export function hydrate() {}\n", ""), "");
    let failure = Site::from_bundle(without_hydrate.path()).err().unwrap();
    assert!(failure.to_string().contains("exports no function `hydrate`"), "{failure}");

    let relative = bundle(SCRIPT, "import { zone } from \"./zone.js\";\n");
    let failure = Site::from_bundle(relative.path()).err().unwrap();
    assert!(failure.to_string().contains("snippets/clock-1f/inline0.js imports another file"), "{failure}");
}

#[test]
fn the_manifest_names_every_file_and_the_folder_holds_no_other() {
    let public = TempDir::new().unwrap();
    fs::create_dir(public.path().join("icons")).unwrap();
    fs::write(public.path().join("icons/favicon.svg"), "<svg/>").unwrap();
    fs::write(public.path().join(".gitkeep"), "").unwrap();
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("watchfire.0000000000000000.css"), "stale").unwrap();

    let mut site = Site::default();
    site.add("watchfire.css", b"a{}".to_vec());
    site.add_folder(public.path()).unwrap();
    site.write(folder.path(), true).unwrap();

    let css = hashed_name("watchfire.css", b"a{}");
    let icon = hashed_name("favicon.svg", b"<svg/>");
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("manifest.json")).unwrap()).unwrap();
    let expected =
        serde_json::json!({"assets": {"icons/favicon.svg": icon, "watchfire.css": css}, "parts": {}});
    assert_eq!(manifest, expected);
    let mut files = vec![format!("{css}.br"), css, format!("{icon}.br"), icon, "manifest.json".to_owned()];
    files.sort();
    assert_eq!(listing(folder.path()), files);
}

#[test]
fn compression_is_done_once_a_content_and_can_be_undone() {
    let folder = TempDir::new().unwrap();
    let content = b"watchfire ".repeat(1000);
    let mut site = Site::default();
    let name = site.add("watchfire.css", content.clone());
    site.write(folder.path(), true).unwrap();
    let compressed = folder.path().join(format!("{name}.br"));
    let mut back = Vec::new();
    let file = fs::File::open(&compressed).unwrap();
    brotli::Decompressor::new(file, 4096).read_to_end(&mut back).unwrap();
    assert_eq!(back, content);

    // A mark in place of the compressed file: it is still there after a second build, so nothing was done
    // again.
    fs::write(&compressed, "mark").unwrap();
    site.write(folder.path(), true).unwrap();
    assert_eq!(fs::read(&compressed).unwrap(), b"mark");

    site.write(folder.path(), false).unwrap();
    assert!(!compressed.exists(), "a site that is not compressed keeps no compressed files");
}

#[test]
fn sizes_add_up() {
    let folder = TempDir::new().unwrap();
    let mut site = Site::default();
    site.add("watchfire.js", vec![b'a'; 12_340]);
    site.add("watchfire.wasm", vec![b'b'; 100_000]);
    site.write(folder.path(), false).unwrap();
    site.manifest.parts.insert("share".to_owned(), vec![site.manifest.assets["watchfire.js"].clone()]);
    let sizes = site.sizes(folder.path());
    // A file that a part shares with the entry counts once.
    for line in [
        "    watchfire.js                   12.3 kB         -\n",
        "    part share                     12.3 kB         -\n",
        "    first load: share             112.3 kB         -\n",
    ] {
        assert!(sizes.contains(line), "{sizes}");
    }
}

#[test]
fn styles_are_compiled_from_their_parts() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("_tokens.scss"), "$gap: 4px;").unwrap();
    let main = folder.path().join("main.scss");
    fs::write(&main, "@use 'tokens';\n.tile { padding: 2 * tokens.$gap; }\n").unwrap();
    assert_eq!(style_sheet(folder.path(), "main.scss", true).unwrap().trim(), ".tile{padding:8px}");

    fs::write(&main, ".tile { padding: $unknown; }").unwrap();
    let failure = style_sheet(folder.path(), "main.scss", true).unwrap_err();
    assert!(failure.to_string().contains("Undefined variable"), "{failure}");
}
