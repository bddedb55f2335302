# A stand-in for the few functions of nixpkgs that the flake calls: it shows that the flake evaluates, and nothing of
# what would be built.
{
  outputs =
    _:
    let
      lib = import ./lib.nix;
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
              buildPackages = pkgs;
            };
            inherit derive;
            stdenv = {
              cc.libc = leaf "libc";
              hostPlatform = { inherit system; };
            };
            mkShell = derive "shell";
            linkFarm = derive;
            closureInfo = derive "closure-info";
            runCommand = name: attributes: script: derive name (attributes // { inherit script; });
            writeShellScriptBin = name: script: derive name { inherit script; };
            formats.toml = _: {
              type = "toml";
              generate = derive;
            };
            dockerTools.buildLayeredImage = arguments: derive "${arguments.name}.tar" arguments;
            testers.runNixOSTest =
              { name, nodes, testScript }:
              let
                units = lib.mapAttrsToList (
                  _: node:
                  (lib.evalModules {
                    modules = [ node ];
                    inherit pkgs;
                  }).systemd.services
                ) nodes;
              in
              derive name { inherit units testScript; };
          }
          // lib.genAttrs [
            "cacert" "cargo" "cargo-auditable" "cargo-deny" "chromium" "clippy" "coreutils" "curl" "dash" "iproute2" "jq"
            "kustomize" "nixfmt" "openssl" "podman" "postgresql" "postgresql_17" "python3" "runc" "rust-audit-info" "rustc"
            "rustfmt" "skopeo" "tzdata" "umoci" "util-linux"
          ] leaf;
        in
        pkgs;
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] packagesOf;
    };
}
