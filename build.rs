//! Tells the linker where libtorch lies, so that what cargo builds runs as it is.
//!
//! Two places are searched at run time: the folder that the build used, and `lib`
//! beside the folder of the binary, for an installation that ships the libraries.

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LIBTORCH");

    let clone = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let libtorch = env::var_os("LIBTORCH").map_or_else(|| clone.join("vendor/libtorch"), PathBuf::from);
    let libraries = libtorch.join("lib");
    // Cargo looks through links, so a libtorch that set-up puts there later is noticed.
    println!("cargo::rerun-if-changed={}", libraries.display());
    if !libraries.is_dir() {
        println!("cargo::error=there is no libtorch in {}: run `make setup` first", libtorch.display());
        return;
    }

    let beside_binary = match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos") => "@loader_path/../lib",
        _ => "$ORIGIN/../lib",
    };
    for place in [libraries.display().to_string(), beside_binary.to_owned()] {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{place}");
    }
}
