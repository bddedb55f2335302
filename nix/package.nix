# The two programs, static and stripped.
{
  lib,
  pkgs,
  craneLib,
}:
let
  buildDependencies = import ./dependencies.nix { inherit craneLib; };
  root = ../.;
  # Cargo wants the files of tests and benches that the manifest names. The README is not among it.
  src = lib.fileset.toSource {
    inherit root;
    fileset = lib.fileset.unions [
      ../Cargo.toml
      ../Cargo.lock
      ../build.rs
      ../src
      ../benches
      ../tests/hostile_net
      ../tests/it
    ];
  };
  program =
    name: profile: flags:
    let
      common = {
        inherit src;
        pname = name;
        version = "0.1.0";
        strictDeps = true;
        CARGO_PROFILE = profile;
        # Also where only the dependencies are built, so that both see the same tools.
        nativeBuildInputs = [ pkgs.buildPackages.cargo-auditable ];
        # The tests want a network namespace, a browser and a shell: .ci/test.
        doCheck = false;
      };
    in
    craneLib.buildPackage (
      common
      // {
        cargoArtifacts = buildDependencies (
          common
          // {
            cargoExtraArgs = "--locked ${flags}";
            # Nothing here asks for what `cargo check` makes.
            cargoCheckCommand = "true";
          }
        );
        # The list of the crates, in the program itself; dependencies are built the same without it.
        cargoBuildCommand = "cargo auditable build --profile ${profile}";
        cargoExtraArgs = "--locked --bin ${name} ${flags}";
        disallowedReferences = [ pkgs.stdenv.cc.libc ];
        meta.mainProgram = name;
      }
    );
in
{
  natter-api = program "natter-api" "release" "";
  natter-preview = program "natter-preview" "worker" "--no-default-features";
}
