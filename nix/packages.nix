# Everything that is built for one system.
{ pkgs, crane }:
let
  programs = import ./package.nix {
    inherit (pkgs) lib;
    pkgs = pkgs.pkgsStatic;
    craneLib = crane.mkLib pkgs.pkgsStatic;
  };
  imageOf = name: import ./program-image.nix { inherit pkgs name; program = programs.${name}; };
in
programs
// rec {
  default = programs.natter-api;
  image-archive = imageOf "natter-api";
  preview-image-archive = imageOf "natter-preview";
  database-image-archive = import ./database-image.nix { inherit pkgs; };
  image = image-archive.layout;
  preview-image = preview-image-archive.layout;
  database-image = database-image-archive.layout;
  images = pkgs.linkFarm "natter-images" {
    natter-api = image;
    natter-preview = preview-image;
    natter-database = database-image;
  };
  manifests = import ./manifests.nix {
    inherit pkgs;
    images = {
      natter-api = image;
      natter-preview = preview-image;
    };
  };
  sbom = import ./sbom.nix { inherit pkgs programs; };
}
