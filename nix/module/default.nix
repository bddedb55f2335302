# For NixOS, as an alternative to Kubernetes: services.natter.api and services.natter.preview. `packages` are this flake's,
# by system.
{ packages }:
{
  imports = [
    (import ./api.nix { inherit packages; })
    (import ./preview.nix { inherit packages; })
  ];
}
