# The units of the NixOS module, evaluated with the stand-in: as it is by default, and with everything that it has.
let
  pkgs = ((import ./nixpkgs/flake.nix).outputs { }).legacyPackages.x86_64-linux;
  packages.x86_64-linux = {
    natter-api = pkgs.derive "natter-api" { };
    natter-preview = pkgs.derive "natter-preview" { };
  };
  unitsOf =
    services:
    (pkgs.lib.evalModules {
      inherit pkgs;
      modules = [
        (import ../../nix/module { inherit packages; })
        { services.natter = services; }
      ];
    }).systemd.services;
in
{
  plain = unitsOf {
    api.enable = true;
    preview.enable = true;
  };
  full = unitsOf {
    api = {
      enable = true;
      keysDirectory = "/run/keys/natter";
      settings.database.url = "postgres://natter_api_user@db.example.org/natter";
      files = {
        "database.password_file" = "/run/keys/natter-database";
        "database.ca_file" = "/etc/ssl/database-ca.pem";
      };
    };
    preview = {
      enable = true;
      allowedAddresses = [ "10.0.0.53" ];
    };
  };
  api-alone = unitsOf { api.enable = true; };
}
