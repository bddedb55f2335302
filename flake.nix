{
  description = "Natter: a secure message board API and a link-preview worker";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    crane.url = "github:ipetkov/crane/v0.23.4";
  };

  outputs =
    { nixpkgs, crane, ... }:
    let
      forEach =
        make:
        nixpkgs.lib.genAttrs [
          "x86_64-linux"
          "aarch64-linux"
        ] (system: make nixpkgs.legacyPackages.${system} packages.${system});
      packages = forEach (pkgs: _: import ./nix/packages.nix { inherit pkgs crane; });
      natter = import ./nix/module { inherit packages; };
    in
    {
      inherit packages;
      checks = forEach (
        pkgs: packages:
        import ./nix/checks.nix {
          inherit pkgs packages;
          craneLib = crane.mkLib pkgs;
          module = natter;
        }
      );
      apps = forEach (
        _: packages: {
          default = {
            type = "app";
            program = "${packages.natter-api}/bin/natter-api";
          };
        }
      );
      devShells = forEach (pkgs: _: { default = import ./nix/devshell.nix { inherit pkgs; }; });
      formatter = forEach (pkgs: _: pkgs.nixfmt);
      nixosModules = {
        inherit natter;
        default = natter;
      };
    };
}
