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
    kustomize
    openssl
    podman
    postgresql
    python3
    runc
    rustc
    rustfmt
    skopeo
    umoci
    util-linux
  ];
}
