//! Tells the linker where libtorch lies, so that what cargo builds runs as it is, and
//! makes the folders of the web pages that the binary embeds.
//!
//! Two places are searched for libtorch at run time: the folder that the build used, and
//! `lib` beside the folder of the binary, for an installation that ships the libraries.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LIBTORCH");

    let clone = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    web_pages(&clone);
    libtorch(&clone);
}

/// A fresh clone has no built pages yet. It compiles all the same, and the server then
/// says which command builds them.
fn web_pages(clone: &Path) {
    for page in ["web/dist/widget", "web/dist/console", "web/demo"] {
        let folder = clone.join(page);
        if let Err(error) = fs::create_dir_all(&folder) {
            println!("cargo::error=cannot make the folder {}: {error}", folder.display());
        }
        // A build without optimisation reads the pages from the disk when it runs.
        if env::var("PROFILE").as_deref() == Ok("release") {
            println!("cargo::rerun-if-changed={page}");
        }
    }
}

fn libtorch(clone: &Path) {
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
