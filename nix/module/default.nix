# For NixOS, as an alternative to Kubernetes: services.natter.api and services.natter.preview, and what PostgreSQL wants beside
# them. `packages` are this flake's, by system.
{ packages }:
{
  imports = [
    (import ./api.nix { inherit packages; })
    (import ./preview.nix { inherit packages; })
    (import ./migrate.nix { inherit packages; })
    (import ./retention.nix { inherit packages; })
  ];
}
