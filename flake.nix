{
  description = "Natter: a secure message board API and a link-preview worker";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    crane.url = "github:ipetkov/crane/v0.23.4";
  };

  outputs =
    { nixpkgs, crane, ... }:
    let
      forEach = nixpkgs.lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
      ];
      natter = forEach (
        system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
        in
        import ./nix/package.nix {
          inherit (pkgs) lib;
          pkgs = pkgs.pkgsStatic;
          craneLib = crane.mkLib pkgs.pkgsStatic;
        }
      );
    in
    {
      packages = forEach (
        system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
          imageOf = name: program: import ./nix/program-image.nix { inherit pkgs name program; };
        in
        rec {
          default = natter-api;
          inherit (natter.${system}) natter-api natter-preview;
          image-archive = imageOf "natter-api" natter-api;
          preview-image-archive = imageOf "natter-preview" natter-preview;
          database-image-archive = import ./nix/database-image.nix { inherit pkgs; };
          image = image-archive.layout;
          preview-image = preview-image-archive.layout;
          database-image = database-image-archive.layout;
          images = pkgs.linkFarm "natter-images" {
            natter-api = image;
            natter-preview = preview-image;
            natter-database = database-image;
          };
          manifests = import ./nix/manifests.nix {
            inherit pkgs;
            images = {
              natter-api = image;
              natter-preview = preview-image;
            };
          };
        }
      );
      apps = forEach (system: {
        default = {
          type = "app";
          program = "${natter.${system}.natter-api}/bin/natter-api";
        };
      });
      devShells = forEach (system: {
        default = import ./nix/devshell.nix { pkgs = nixpkgs.legacyPackages.${system}; };
      });
      formatter = forEach (system: nixpkgs.legacyPackages.${system}.nixfmt);
    };
}
