# What `nix flake check` builds, beside the images. Tests that want a network namespace, a browser or PostgreSQL are
# `.ci/test`.
{
  pkgs,
  craneLib,
  packages,
  module,
}:
let
  inherit (pkgs) lib;
  root = ../.;
  files = paths: lib.fileset.toSource { inherit root; fileset = lib.fileset.unions paths; };
  cargo = {
    pname = "natter";
    version = "0.1.0";
    strictDeps = true;
    CARGO_PROFILE = "dev";
    src = files [
      ../Cargo.toml
      ../Cargo.lock
      ../build.rs
      ../clippy.toml
      ../rustfmt.toml
      ../src
      ../benches
      ../tests/hostile_net
      ../tests/it
      # The tests hold these against the code.
      ../README.md
      ../docs
      ../openapi
    ];
  };
  built = cargo // {
    cargoArtifacts = import ./dependencies.nix { inherit craneLib; } cargo;
  };
  images = {
    natter-api = packages.image;
    natter-preview = packages.preview-image;
    natter-database = packages.database-image;
  };
  forEach = make: set: lib.concatStrings (lib.mapAttrsToList make set);
  check =
    name: tools: script:
    pkgs.runCommand "natter-${name}" { nativeBuildInputs = tools; } ''
      ${script}
      touch $out
    '';
in
{
  clippy = craneLib.cargoClippy (built // { cargoClippyExtraArgs = "--all-targets -- -D warnings"; });
  clippy-of-the-worker = craneLib.cargoClippy (
    built
    // {
      pname = "natter-worker";
      cargoClippyExtraArgs = "--no-default-features --all-targets -- -D warnings";
    }
  );
  tests = craneLib.cargoTest (built // { cargoTestExtraArgs = "--lib"; });
  formatting = craneLib.cargoFmt cargo;

  openapi = check "openapi" [ ] (
    forEach (name: program: ''
      ${program}/bin/${name} openapi | cmp - ${../openapi}/${name}.json
    '') { inherit (packages) natter-api natter-preview; }
  );

  image-policy = check "image-policy" [ pkgs.python3 ] (
    forEach (name: image: ''
      python3 -B ${
        files [
          ./images.json
          ../tests/images/policy.py
        ]
      }/tests/images/policy.py ${name} ${image}
    '') images
  );

  bills-of-materials = check "bills-of-materials" [ pkgs.python3 ] ''
    python3 -B ${./check-sbom.py} ${../Cargo.lock} ${packages.sbom}/natter-{api,preview}.cdx.json
  '';

  inherit (packages) manifests;

  vm-test = import ./vm-test.nix { inherit pkgs module; };
}
