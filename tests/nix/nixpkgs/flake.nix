# A stand-in for the few functions of nixpkgs that the flake calls: it shows that the flake evaluates, and nothing of
# what would be built.
{
  outputs =
    _:
    let
      lib = {
        genAttrs =
          names: make:
          builtins.listToAttrs (
            map (name: {
              inherit name;
              value = make name;
            }) names
          );
        concatStrings = builtins.concatStringsSep "";
        mapAttrsToList = make: set: map (name: make name set.${name}) (builtins.attrNames set);
        fileset = {
          unions = paths: map (path: assert builtins.pathExists path; path) paths;
          toSource = { root, fileset }: builtins.toString (builtins.deepSeq fileset root);
        };
      };
      packagesOf =
        system:
        let
          derive =
            name: arguments:
            let
              made = derivation {
                inherit name system;
                builder = "/bin/sh";
                arguments = builtins.toJSON arguments;
              };
            in
            made // { overrideAttrs = change: made // (change { }).passthru; };
          leaf = name: derive name { };
          pkgs = {
            inherit lib;
            pkgsStatic = pkgs // {
              inherit derive;
            };
            stdenv.cc.libc = leaf "libc";
            mkShell = derive "shell";
            linkFarm = derive;
            runCommand = name: attributes: script: derive name (attributes // { inherit script; });
            dockerTools.buildLayeredImage = arguments: derive "${arguments.name}.tar" arguments;
          }
          // lib.genAttrs [
            "cacert" "cargo" "cargo-auditable" "cargo-deny" "chromium" "clippy" "coreutils" "curl" "dash" "iproute2" "jq"
            "kustomize" "nixfmt" "postgresql" "postgresql_17" "python3" "tzdata" "rustc" "rustfmt" "skopeo" "umoci" "util-linux"
          ] leaf;
        in
        pkgs;
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] packagesOf;
    };
}
