//! Tells the linker to keep the relocations: `cargo xtask` reads from them which function needs which, and
//! splits the module along that.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-cdylib-link-arg=--emit-relocs");
}
