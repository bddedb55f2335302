# What the README's commands and .ci use.
{ pkgs }:
pkgs.mkShell {
  packages = with pkgs; [
    cargo
    cargo-auditable
    cargo-deny
    chromium
    clippy
    curl
    iproute2
    jq
    postgresql
    python3
    rustc
    rustfmt
    skopeo
    umoci
    util-linux
  ];
}
