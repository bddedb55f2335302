# The units of the NixOS module, evaluated with the stand-in: as it is by default, and with everything that it has.
let
  pkgs = ((import ./nixpkgs/flake.nix).outputs { }).legacyPackages.x86_64-linux;
  packages.x86_64-linux = {
    natter-api = pkgs.derive "natter-api" { };
    natter-preview = pkgs.derive "natter-preview" { };
  };
  configurationOf =
    services:
    let
      made = pkgs.lib.evalModules {
        inherit pkgs;
        modules = [
          (import ../../nix/module { inherit packages; })
          { services.natter = services; }
        ];
      };
    in
    {
      inherit (made.systemd) services;
      timers = made.systemd.timers or { };
      urls = builtins.mapAttrs (_: service: service.url or null) made.services.natter;
      refused = map (a: a.message) (builtins.filter (a: !a.assertion) (made.assertions or [ ]));
    };
in
{
  plain = configurationOf {
    api.enable = true;
    preview.enable = true;
  };
  full = configurationOf {
    api = {
      enable = true;
      keysDirectory = "/run/keys/natter";
      settings.database.url = "postgres://natter_api_user@db.example.org/natter";
      settings.preview.image_url = "https://images.example.org/image";
      files = {
        "database.password_file" = "/run/keys/natter-database";
        "database.ca_file" = "/etc/ssl/database-ca.pem";
      };
    };
    migrate.enable = true;
    migrate.passwordFile = "/run/keys/natter-migrate";
    retention.enable = true;
    retention.passwordFile = "/run/keys/natter-retention";
    preview = {
      enable = true;
      allowedAddresses = [ "10.0.0.53" ];
    };
  };
  api-alone = configurationOf { api.enable = true; };
  # Commands that want PostgreSQL, without one.
  refused = configurationOf {
    api.enable = true;
    migrate.enable = true;
    migrate.passwordFile = "/run/keys/natter-migrate";
  };
}
