//! How the programs are linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The addresses that the loader fills in are listed in 20 kB and not in 1.2 MB (RELR, from glibc 2.36 or musl 1.2.4
    // on): all of it is read at the start, and stays in memory.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
