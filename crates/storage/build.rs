//! Tells cargo that the embedded SQL belongs to this crate, so that a new migration is compiled in.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
